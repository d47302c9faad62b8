import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pauseImage, pauseLayers, pauseReference } from '../../../src/lib/agent/pause/image.js';
import { architectures, pauseProgram } from '../../../src/lib/agent/pause/program.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('what holds namespaces', () => {
  it('is the program whose bytes were looked at, disassembled and run, on both architectures', () => {
    expect(sha256(pauseProgram('amd64'))).toBe(
      '4e30bd0e66b69553d19ed0eb3e6f12ee395638e583ab8af9e6081eac187bc5f8',
    );
    expect(sha256(pauseProgram('arm64'))).toBe(
      '85543588afe52dfab383a7156847d2eb846620f22fe24ab98497b149fbb9d3cf',
    );
  });

  it.each(Object.values(architectures))('is an executable for %s that begins after its headers', (each) => {
    const program = pauseProgram(each);
    expect(program.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    expect(program.readUInt16LE(18)).toBe(each === 'amd64' ? 62 : 183);
    expect(program.readBigUInt64LE(24)).toBe(0x40_0078n);
    expect(program.readBigUInt64LE(64 + 32)).toBe(BigInt(program.length));
  });

  it('comes in an image of the same content every time, which an engine loads', async () => {
    expect(await pauseLayers()).toEqual([
      'sha256:a5e3915e1b08c07e50a9c6430104654028db926ae44e40a6d3d88b21e30c6562',
      'sha256:3a2960382af2220b5dac0b5b2d175242ea13ecb510696edbd6e76be79666b249',
    ]);
    const host = new FakeDockerHost();
    const image = await pauseImage('aarch64');
    await host.loadImage(async function* () {
      yield image?.archive ?? Buffer.alloc(0);
    });
    expect(await host.inspectImage(pauseReference)).toMatchObject({
      architecture: 'arm64',
      layers: [image?.layer],
      repoDigests: [],
    });
  });

  it('has no program for other architectures', async () => {
    expect(await pauseImage('riscv64')).toBeUndefined();
    expect(await pauseImage('constructor')).toBeUndefined();
  });
});
