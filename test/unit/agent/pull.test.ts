import { describe, expect, it } from 'vitest';
import { createPuller, PullFailure, type PullBehavior } from '../../../src/lib/agent/pull.js';
import type { AgentEvent } from '../../../src/lib/agent/types.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';

const now = () => 1000;
const digest = `sha256:${'d'.repeat(64)}`;
const fromRegistry = { repoDigests: [`nginx@${digest}`] };

describe('pull behaviour', () => {
  it('default: pulls what is there, for its tag may have moved', async () => {
    const host = hostWith({ local: true, registry: true });
    expect(await provide(host, 'default')).toMatchObject({ cached: false, digest });
    expect(host.calls).toEqual(['inspectImage nginx', 'pullImage nginx', 'inspectImage nginx']);
  });

  it('default: falls back to what is there', async () => {
    const host = hostWith({ local: true });
    expect(await provide(host, 'default')).toMatchObject({ cached: true, digest });
  });

  it('default: uses an image that never came from a registry as it is, by one request', async () => {
    const host = new FakeDockerHost('web1', { images: ['nginx'] });
    expect(await provide(host, 'default')).toMatchObject({ cached: true, digest: undefined });
    expect(host.calls).toEqual(['inspectImage nginx']);
  });

  it('default: does not pull again what is named by its digest', async () => {
    const host = new FakeDockerHost('web1');
    host.addImage(`nginx@${digest}`, fromRegistry);
    await createPuller(now).provide(host, `nginx@${digest}`, { behavior: 'default', timeout: 1 });
    expect(host.calls).toHaveLength(1);
  });

  it('always: fails where the registry does, whatever is there', async () => {
    await expect(provide(hostWith({ local: true }), 'always')).rejects.toThrow(PullFailure);
    expect(await provide(hostWith({ registry: true }), 'always')).toMatchObject({ cached: false });
  });

  it.each(['once', 'prefer-cached'] as const)('%s: pulls only what is missing', async (behavior) => {
    expect(await provide(hostWith({ local: true }), behavior)).toMatchObject({ cached: true });
    expect(await provide(hostWith({ registry: true }), behavior)).toMatchObject({ cached: false });
  });

  it('says in ECS’s words what failed, and what to do', async () => {
    await expect(provide(hostWith({}), 'default')).rejects.toThrow(
      /^CannotPullContainerError: pull access denied for nginx.*\(docker login here if the registry asks for it, or bring it there without a registry: longshore push-image nginx\)$/,
    );
  });
});

describe('tasks of one operation', () => {
  const version = (letter: string) => `sha256:${letter.repeat(64)}`;
  const old = { id: 'old', repoDigests: [`nginx@${version('a')}`] };
  const moved = { id: 'new', repoDigests: [`nginx@${version('b')}`] };
  const setUp = () => {
    const hosts = [new FakeDockerHost('web1'), new FakeDockerHost('web2')] as const;
    const told: unknown[] = [];
    const puller = createPuller(now, (difference) => told.push(difference));
    const pull = (host: FakeDockerHost) => puller.provide(host, 'nginx', { behavior: 'default', timeout: 1 });
    return { hosts, told, pull };
  };

  it('get one image although its tag moves meanwhile', async () => {
    const { hosts, told, pull } = setUp();
    const [first, second] = hosts;
    first.addImage('nginx', old, 'registry');
    second.addImage('nginx', moved, 'registry');
    second.addImage(`nginx@${version('a')}`, old, 'registry');
    await pull(first);
    expect(await pull(second)).toMatchObject({ id: 'old', digest: version('a'), cached: false });
    expect(await second.inspectImage('nginx')).toMatchObject({ id: 'old' });
    expect(told).toEqual([]);
  });

  it('are told of where a host can’t have the same one', async () => {
    const { hosts, told, pull } = setUp();
    const [first, second] = hosts;
    first.addImage('nginx', old, 'registry');
    second.addImage('nginx', moved, 'registry');
    await pull(first);
    expect(await pull(second)).toMatchObject({ id: 'new', digest: version('b') });
    expect(told).toEqual([
      {
        image: 'nginx',
        one: { host: 'web2', digest: version('b') },
        other: { host: 'web1', digest: version('a') },
      },
    ]);
  });

  it('are told of where hosts had different ones already', async () => {
    const { hosts, told, pull } = setUp();
    hosts[0].addImage('nginx', old);
    hosts[1].addImage('nginx', moved);
    await Promise.all(hosts.map(pull));
    expect(told).toHaveLength(1);
  });
});

it('credentials are asked for only where something is pulled, and go along', async () => {
  const host = hostWith({ local: true, registry: true });
  const login = { username: 'ann', password: 'x' };
  let asked = 0;
  const auth = async () => ((asked += 1), login);
  const puller = createPuller(now);
  await puller.provide(host, 'nginx', { behavior: 'once', timeout: 1, auth });
  expect(asked).toBe(0);
  await createPuller(now).provide(host, 'nginx', { behavior: 'default', timeout: 1, auth });
  expect(host.logins).toEqual([login]);
});

describe('puller', () => {
  it('pulls once for all who want it, and tells all of them', async () => {
    const host = hostWith({ registry: true });
    const puller = createPuller(now);
    const told: AgentEvent[][] = [[], [], []];
    await Promise.all(
      told.map((events) =>
        puller.provide(host, 'nginx', {
          behavior: 'default',
          timeout: 1,
          onEvent: (event) => events.push(event),
        }),
      ),
    );
    expect(host.calls.filter((call) => call.startsWith('pullImage'))).toHaveLength(1);
    for (const events of told) {
      expect(events.map(({ type }) => type)).toEqual([
        'pull-started',
        'pull-progress',
        'pull-progress',
        'pull-stopped',
      ]);
    }
    await puller.provide(host, 'nginx', { behavior: 'default', timeout: 1 });
    expect(host.calls).toHaveLength(3);
  });

  it('tells who comes late that a pull is under way', async () => {
    const host = hostWith({ registry: true });
    host.hang('pullImage');
    const puller = createPuller(now);
    const request = { behavior: 'default' as const, timeout: 1 };
    const first = puller.provide(host, 'nginx', request);
    await settled();
    const events: string[] = [];
    const second = puller.provide(host, 'nginx', { ...request, onEvent: ({ type }) => events.push(type) });
    expect(events).toEqual(['pull-started']);
    host.release();
    await Promise.all([first, second]);
  });

  it('pulls on each host and each image by itself', async () => {
    const [one, two] = [hostWith({ registry: true }), hostWith({ registry: true })];
    one.addImage('redis', {}, 'registry');
    const puller = createPuller(now);
    const request = { behavior: 'default' as const, timeout: 1 };
    await Promise.all([
      puller.provide(one, 'nginx', request),
      puller.provide(one, 'redis', request),
      puller.provide(two, 'nginx', request),
    ]);
    expect([...one.calls, ...two.calls].filter((call) => call.startsWith('pullImage'))).toHaveLength(3);
  });

  it('goes on while one of several still waits', async () => {
    const host = hostWith({ registry: true });
    host.hang('pullImage');
    const puller = createPuller(now);
    const request = { behavior: 'default' as const, timeout: 1 };
    const impatient = new AbortController();
    const first = puller.provide(host, 'nginx', { ...request, signal: impatient.signal });
    const second = puller.provide(host, 'nginx', request);
    impatient.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    host.release();
    expect(await second).toMatchObject({ cached: false });
  });

  it('begins anew where all had given up', async () => {
    const host = hostWith({ registry: true });
    host.hang('pullImage');
    const puller = createPuller(now);
    const request = { behavior: 'default' as const, timeout: 1 };
    const impatient = new AbortController();
    const first = puller.provide(host, 'nginx', { ...request, signal: impatient.signal });
    await settled();
    impatient.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    host.release();
    expect(await puller.provide(host, 'nginx', request)).toMatchObject({ cached: false });
  });

  it('tries again on a host that was out of reach', async () => {
    const host = hostWith({ registry: true });
    host.vanish();
    const puller = createPuller(now);
    const request = { behavior: 'default' as const, timeout: 1 };
    await expect(puller.provide(host, 'nginx', request)).rejects.toMatchObject({ kind: 'lost' });
    host.comeBack();
    expect(await puller.provide(host, 'nginx', request)).toMatchObject({ cached: false });
  });
});

function hostWith(where: { local?: boolean; registry?: boolean }): FakeDockerHost {
  const host = new FakeDockerHost('web1');
  if (where.local) host.addImage('nginx', fromRegistry);
  if (where.registry) host.addImage('nginx', fromRegistry, 'registry');
  return host;
}

function provide(host: FakeDockerHost, behavior: PullBehavior) {
  return createPuller(now).provide(host, 'nginx', { behavior, timeout: 1 });
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
