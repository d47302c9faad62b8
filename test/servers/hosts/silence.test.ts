import { describe, expect, it, vi } from 'vitest';
import type { HostError } from '../../../src/lib/hosts/host-error.js';
import type { Hosts } from '../../../src/lib/hosts/hosts.js';
import { clients, failing, ssh } from './client.js';
import { answer } from './sshd.js';

const { oneHost } = clients();

/** Without anybody who attends to it, a connection is given up after 2 s of silence. */
const options = { keepaliveInterval: 0.5, connectTimeout: 2 };

const patiently = { timeout: 20_000, interval: 50 };

const attend = (hosts: Hosts, patience: number) => {
  const told: HostError[] = [];
  const leave = hosts.attend(ssh('web1'), patience, (error) => told.push(error));
  return { told, leave };
};

describe('a host that falls silent', { timeout: 60_000 }, () => {
  it('is told of within the patience of who attends to it, once, and loses its connection', async () => {
    const { engine, sshd, hosts } = await oneHost({}, { options });
    const host = await hosts.connect(ssh('web1'), 'web1');
    const { told } = attend(hosts, 0.75);
    engine.handler = () => undefined;
    const waiting = failing(host.waitContainer('x'));
    await vi.waitFor(() => expect(engine.requests).toHaveLength(1));
    sshd.mute = true;
    sshd.freeze();
    await vi.waitFor(() => expect(told).toHaveLength(1), patiently);
    expect(told[0]).toMatchObject({
      kind: 'lost',
      message: 'web1: nothing has come from it for 0.75 s',
    });
    // It is asked again, over a new connection, and doesn't answer that either.
    expect(await waiting).toMatchObject({ kind: 'lost' });
    expect(hosts.silence(ssh('web1'))).toBeGreaterThan(0.75);
    expect(told).toHaveLength(1);
    sshd.mute = false;
    engine.handler = (_, response) => answer(response, { Id: 'sha256:1' });
    await vi.waitFor(() => host.inspectImage('x'), patiently);
    expect(hosts.silence(ssh('web1'))).toBe(0);
  });

  it('is not told of to who does not attend any more, and its silence is nobody’s', async () => {
    const { sshd, hosts } = await oneHost({}, { options });
    await hosts.connect(ssh('web1'), 'web1');
    const { told, leave } = attend(hosts, 0.5);
    leave();
    sshd.mute = true;
    sshd.freeze();
    await vi.waitFor(() => expect(hosts.silence(ssh('web1'))).toBeGreaterThan(0.5), patiently);
    await vi.waitFor(() => expect(hosts.silence(ssh('web1'))).toBe(0), patiently);
    expect(told).toEqual([]);
  });

  it('is another than one whose engine is slow', async () => {
    const { engine, hosts } = await oneHost({}, { options });
    const host = await hosts.connect(ssh('web1'), 'web1');
    const { told } = attend(hosts, 1.25);
    engine.handler = (_, response) => void setTimeout(() => answer(response, { Id: 'sha256:1' }), 2500);
    expect(await host.inspectImage('x')).toBeDefined();
    expect(told).toEqual([]);
    expect(engine.requests).toHaveLength(1);
  });
});
