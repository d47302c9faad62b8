import { expect, it } from 'vitest';
import PushImage from '../../../src/commands/push-image.js';
import type { AppOptions } from '../../../src/lib/app.js';
import type { PushImageResponse } from '../../../src/lib/api/operation-types.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { run } from './kit.js';

const answer: PushImageResponse = {
  images: [
    {
      image: 'app:2',
      imageId: 'sha256:abc',
      source: 'this machine',
      hosts: [
        { host: 'web1', containerInstanceArn: 'arn:1', status: 'PUSHED', sentBytes: 3_000_000 },
        { host: 'web2', containerInstanceArn: 'arn:2', status: 'PRESENT', sentBytes: 0 },
        { host: 'web3', containerInstanceArn: 'arn:3', status: 'FAILED', sentBytes: 0, reason: 'web3: full' },
      ],
    },
  ],
};
const failing = (_: unknown, { onEvent }: AppOptions) => {
  onEvent({
    type: 'host-failed',
    host: 'web3',
    error: new HostError('web3', 'engine', 'web3: full', 'prune'),
  });
  return answer;
};

it('takes images as words, and shows people what became of them', async () => {
  const argv = ['app:2', 'web', '--cluster', 'c', '--hosts', 'web1', 'web2', '--from', 'local'];
  const ran = await run(PushImage, argv, { PushImage: failing }, { people: true });
  expect(ran.calls).toEqual([
    {
      operation: 'PushImage',
      input: { images: ['app:2', 'web'], cluster: 'c', hosts: ['web1', 'web2'], from: 'local' },
    },
  ]);
  expect(ran.out).toBe(
    [
      'IMAGE  HOST    SENT  STATE',
      'app:2  web1  3.0 MB  pushed',
      'app:2  web2     0 B  there already',
      'app:2  web3       -  failed',
      '',
    ].join('\n'),
  );
  expect(ran.err).toBe('failed: web3: full; prune\n');
  expect(ran.code).toBe(3);
});

it('answers elsewhere with all it knows', async () => {
  const ran = await run(PushImage, ['app:2'], { PushImage: () => answer });
  expect(JSON.parse(ran.out)).toEqual(answer);
  expect(ran.code).toBe(0);
});

it('needs an image', async () => {
  const ran = await run(PushImage, ['--hosts', 'web1', 'app:2']);
  expect(ran).toMatchObject({ code: 2, calls: [] });
  expect(ran.err).toContain('no image is named');
});
