import { expect, it } from 'vitest';
import { hostKeyMessage, passphraseMessage } from '../../../src/lib/cli/prompts.js';

it('questions hold nothing that steers the terminal', () => {
  expect(passphraseMessage({ identityFile: '~/.ssh/a\r\u001b[2KPassword of root' })).toBe(
    'Passphrase of ~/.ssh/a [2KPassword of root',
  );
  const question = { host: 'me@web\u202e1', keyType: 'ED25519\u0007', fingerprint: 'SHA256:x\u009b1A' };
  expect(hostKeyMessage(question)).toBe(
    'me@web 1 is not in known_hosts yet. Its ED25519  key is SHA256:x 1A. Trust it?',
  );
});
