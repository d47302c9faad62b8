import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { HostError } from '../../../src/lib/hosts/host-error.js';
import type { Hosts } from '../../../src/lib/hosts/hosts.js';
import { clients, failing, ssh } from './client.js';
import { answer } from './sshd.js';

const { oneHost } = clients();

/** Without anybody who attends to it, a connection is given up after 2 s of silence. */
const options = { keepaliveInterval: 0.5, connectTimeout: 2 };

const attend = (hosts: Hosts, patience: number) => {
  const told: HostError[] = [];
  const leave = hosts.attend(ssh('web1'), patience, (error) => told.push(error));
  return { told, leave };
};

describe('a host that falls silent', () => {
  it('is told of within the patience of who attends to it, once, and loses its connection', async () => {
    const { engine, sshd, hosts } = await oneHost({}, { options });
    const host = await hosts.connect(ssh('web1'), 'web1');
    const { told } = attend(hosts, 0.75);
    engine.handler = () => undefined;
    const waiting = failing(host.waitContainer('x'));
    await vi.waitFor(() => expect(engine.requests).toHaveLength(1));
    sshd.mute = true;
    sshd.freeze();
    const began = Date.now();
    await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 1900, interval: 10 });
    expect(Date.now() - began).toBeGreaterThan(600);
    expect(told[0]).toMatchObject({
      kind: 'lost',
      message: 'web1: nothing has come from it for 0.75 s',
    });
    // It is asked again, over a new connection, and doesn't answer that either.
    expect(await waiting).toMatchObject({ kind: 'lost' });
    expect(hosts.silence(ssh('web1'))).toBeGreaterThan(2);
    expect(told).toHaveLength(1);
    sshd.mute = false;
    engine.handler = (_, response) => answer(response, { Id: 'sha256:1' });
    await vi.waitFor(() => host.inspectImage('x'), { timeout: 8000, interval: 200 });
    expect(hosts.silence(ssh('web1'))).toBe(0);
  });

  it('is not told of to who does not attend any more, and its silence is nobody’s', async () => {
    const { sshd, hosts } = await oneHost({}, { options });
    await hosts.connect(ssh('web1'), 'web1');
    const { told, leave } = attend(hosts, 0.5);
    leave();
    sshd.mute = true;
    sshd.freeze();
    await sleep(1400);
    expect(hosts.silence(ssh('web1'))).toBeGreaterThan(0.5);
    await sleep(1400);
    expect(hosts.silence(ssh('web1'))).toBe(0);
    expect(told).toEqual([]);
  });

  it('is another than one whose engine is slow', async () => {
    const { engine, hosts } = await oneHost({}, { options });
    const host = await hosts.connect(ssh('web1'), 'web1');
    const { told } = attend(hosts, 0.75);
    engine.handler = (_, response) => void setTimeout(() => answer(response, { Id: 'sha256:1' }), 2500);
    expect(await host.inspectImage('x')).toBeDefined();
    expect(told).toEqual([]);
    expect(engine.requests).toHaveLength(1);
  });
});
