import { describe, expect, it } from 'vitest';
import { FakeHosts, soundSight } from '../../../fakes/fake-hosts.js';
import { cluster, fakeHost, hostOf, kit } from '../kit.js';

describe('Doctor', () => {
  it('examines the hosts of the cluster default and this machine, and changes nothing', async () => {
    const made = await cluster(['web2', 'web1']);
    const before = await made.store.list({ prefix: '' });
    const calls = hostOf(made, 'web1').calls.length;
    const found = await made.engine.call('Doctor', {});
    expect(found.clusterName).toBe('default');
    expect(found.hosts.map(({ host, reached }) => [host, reached])).toEqual([
      ['web1', true],
      ['web2', true],
    ]);
    expect(found.hosts[0]?.containerInstanceArn).toMatch(/container-instance\/default\//);
    const checks = [...found.machine.checks, ...found.hosts.flatMap((host) => host.checks)];
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(await made.store.list({ prefix: '' })).toEqual(before);
    const asked = hostOf(made, 'web1').calls.slice(calls);
    expect(asked.filter((call) => /create|remove|start|stop|kill|pull/.test(call))).toEqual([]);
  });

  it('finds hosts by name, and takes anything else for an address', async () => {
    const hosts = new FakeHosts([fakeHost('web1'), fakeHost('spare')]);
    const made = kit({ hosts });
    await made.engine.call('RegisterContainerInstance', { host: 'web1', name: 'front' });
    const found = await made.engine.call('Doctor', {
      hosts: [{ host: 'front' }, { host: 'web1' }, { host: 'ops@spare', name: 'spare' }],
    });
    expect(
      found.hosts.map(({ host, address, containerInstanceArn }) => [host, address, !!containerInstanceArn]),
    ).toEqual([
      ['front', 'web1', true],
      ['front', 'web1', true],
      ['spare', 'ops@spare', false],
    ]);
    expect(found.hosts[2]?.checks.find(({ check }) => check === 'marker')?.detail).toBe(
      'belongs to no cluster',
    );
  });

  it('goes on where a host is out of reach, or its engine hangs up in between', async () => {
    const made = await cluster(['web1', 'web2', 'web3']);
    hostOf(made, 'web1').vanish();
    hostOf(made, 'web2').failNext('listContainers', 'something is broken');
    const { hosts } = await made.engine.call('Doctor', {});
    expect(hosts.map(({ host, reached }) => [host, reached])).toEqual([
      ['web1', false],
      ['web2', true],
      ['web3', true],
    ]);
    expect(hosts[0]?.checks[0]).toMatchObject({ check: 'connection', status: 'failed' });
    expect(made.events.some((event) => event.type === 'host-failed')).toBe(false);
  });

  it('has this machine to examine where there are no hosts', async () => {
    const found = await kit().engine.call('Doctor', {});
    expect(found).toMatchObject({ machine: { checks: expect.any(Array) }, hosts: [] });
    expect(found.clusterName).toBeUndefined();
    const named = kit().engine.call('Doctor', { cluster: 'none' });
    await expect(named).rejects.toMatchObject({ code: 'ClusterNotFoundException' });
    const odd = kit().engine.call('Doctor', { hosts: [{ host: 'tcp://x' }] });
    await expect(odd).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });

  it('tells of ports that pass the firewall by', async () => {
    const made = await cluster(['web1']);
    made.hosts.sights.set('web1', {
      ...soundSight('web1'),
      survey: { ...soundSight('web1').survey!, firewall: 'ufw' },
    });
    const host = hostOf(made, 'web1');
    const bindings = {
      '80/tcp': [{ HostPort: '8080' }],
      '81/tcp': [{ HostIp: '127.0.0.1', HostPort: '8081' }],
    };
    await host.startContainer(
      await host.createContainer('x', { Image: 'busybox:latest', HostConfig: { PortBindings: bindings } }),
    );
    const { hosts } = await made.engine.call('Doctor', {});
    const firewall = hosts[0]?.checks.find(({ check }) => check === 'firewall');
    expect(firewall?.detail).toMatch(/: these are open all the same: 8080\/tcp$/);
  });
});
