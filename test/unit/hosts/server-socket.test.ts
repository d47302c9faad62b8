import { expect, it } from 'vitest';
import { pathsThatListen } from '../../../src/lib/hosts/server-socket.js';

it('finds the sockets that somebody listens on', () => {
  const table = `Num       RefCount Protocol Flags    Type St Inode Path
0000000038b32c01: 00000002 00000000 00010000 0001 01 17335381 /run/longshore/longshore.sock
000000008cbd6cd8: 00000003 00000000 00000000 0001 03 17999600 /run/connected.sock
00000000eb6509bb: 00000003 00000000 00000000 0001 03 18761883
0000000038b32c02: 00000002 00000000 00010000 0001 01     1234 /run/a b.sock
0000000038b32c03: 00000002 00000000 00010000 0001 01 17335382 @abstract
`;
  expect([...pathsThatListen(table)]).toEqual(['/run/longshore/longshore.sock', '/run/a b.sock']);
});

it('finds none where there is no table', () => expect(pathsThatListen('').size).toBe(0));
