import { describe, expect, it } from 'vitest';
import type { DockerHost } from '../../src/lib/hosts/docker-host.js';
import type { Exec } from '../../src/lib/hosts/container-types.js';

interface Subject {
  host: DockerHost;
  /** A container that runs until it is removed. */
  start: () => Promise<{ id: string }>;
  /** One that was never started. */
  create: () => Promise<{ id: string }>;
}

/** The part of the contract about commands in containers. */
export function execContract(subject: () => Subject): void {
  describe('commands in a container', () => {
    it('give their output, both streams apart, and their exit code', async () => {
      const { host, start } = subject();
      const { id } = await start();
      const exec = await host.exec(id, { command: ['sh', '-c', 'echo one; echo two >&2; exit 3'] });
      expect(exec.stdin).toBeUndefined();
      expect(await written(exec)).toEqual({ stdout: 'one\n', stderr: 'two\n' });
      await expect.poll(() => exec.status()).toEqual({ running: false, exitCode: 3, started: true });
    });

    it('get their words as they are, without a shell', async () => {
      const { host, start } = subject();
      const { id } = await start();
      const exec = await host.exec(id, { command: ['echo', '$HOME;exit 1', "it's"] });
      expect((await written(exec)).stdout).toBe("$HOME;exit 1 it's\n");
    });

    it('read what we write, and hear of its end', async () => {
      const { host, start } = subject();
      const { id } = await start();
      const exec = await host.exec(id, { command: ['sh', '-c', 'cat; echo read'], stdin: true });
      const text = 'line\n'.repeat(100_000);
      exec.stdin?.end(text);
      const { stdout } = await written(exec);
      expect(stdout.length).toBe(text.length + 'read\n'.length);
      expect(stdout.endsWith('line\nread\n')).toBe(true);
      await expect.poll(() => exec.status()).toMatchObject({ exitCode: 0 });
    });

    it('have a terminal of the size given where that is asked for', async () => {
      const { host, start } = subject();
      const { id } = await start();
      const exec = await host.exec(id, {
        command: ['sh', '-c', 'sleep 1; stty size; echo both >&2'],
        tty: true,
        stdin: true,
        size: { rows: 30, columns: 100 },
      });
      expect(await written(exec)).toEqual({ stdout: '30 100\r\nboth\r\n', stderr: '' });
      await exec.resize({ rows: 5, columns: 5 });
    });

    it('run on when we let go of them', async () => {
      const { host, start } = subject();
      const { id } = await start();
      const exec = await host.exec(id, { command: ['sleep', '1000'], stdin: true });
      const reading = written(exec);
      exec.close();
      expect(await reading).toEqual({ stdout: '', stderr: '' });
      expect(await exec.status()).toMatchObject({ running: true, exitCode: undefined });
      await host.removeContainer(id, { force: true });
    });

    it('that are not there are told apart from those that fail', async () => {
      const { host, start } = subject();
      const { id } = await start();
      const exec = await host.exec(id, { command: ['no-such-program'] });
      expect((await written(exec)).stdout).toMatch(/"no-such-program": executable file not found/);
      const { started, exitCode = 0 } = await exec.status();
      expect(started).toBe(false);
      expect([126, 127]).toContain(exitCode);
    });

    it('need a container that runs', async () => {
      const { host, create } = subject();
      const { id } = await create();
      await expect(host.exec(id, { command: ['true'] })).rejects.toMatchObject({
        kind: 'engine',
        status: 409,
      });
      await expect(host.exec('no-such-container', { command: ['true'] })).rejects.toMatchObject({
        status: 404,
      });
    });
  });
}

/** All that a command writes until it closes its output. */
async function written(exec: Exec): Promise<{ stdout: string; stderr: string }> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for await (const { stream, data } of exec.output) chunks[stream].push(data);
  return { stdout: Buffer.concat(chunks.stdout).toString(), stderr: Buffer.concat(chunks.stderr).toString() };
}
