import { describe, expect, it } from 'vitest';
import CreateCluster from '../../../src/commands/create-cluster.js';
import RegisterContainerInstance from '../../../src/commands/register-container-instance.js';
import { EcsError } from '../../../src/lib/api/errors.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { run, type RunOptions } from './kit.js';

/** An engine whose hosts are those that are named here; `hosts` are in the cluster before. */
function engineOf(names: readonly string[], before = 0) {
  const up = new Set(names);
  let hosts = before;
  return {
    up,
    DescribeClusters: () => ({ clusters: [{ registeredContainerInstancesCount: hosts }] }),
    CreateCluster: ({ clusterName = 'default' }: { clusterName?: string }) => ({
      cluster: { clusterName, status: 'ACTIVE', registeredContainerInstancesCount: hosts },
    }),
    RegisterContainerInstance: ({ host = '' }: { host?: string }) => {
      if (!up.has(host)) {
        // Meanwhile it is mended.
        up.add(host);
        throw new HostError(host, 'unreachable', `${host} unreachable: no answer`, 'check that it is up');
      }
      hosts += 1;
      return {
        containerInstance: {
          ec2InstanceId: host,
          status: 'ACTIVE',
          versionInfo: { dockerVersion: 'DockerVersion: 20.10.24' },
          registeredResources: [
            { name: 'CPU', integerValue: 2048 },
            { name: 'MEMORY', integerValue: 3000 },
          ],
        },
      };
    },
  };
}

const atTerminal = (...replies: RunOptions['replies'] & object): RunOptions => ({ people: true, replies });
const operations = (ran: Awaited<ReturnType<typeof run>>) => ran.calls.map(({ operation }) => operation);

describe('create-cluster at a terminal', () => {
  it('asks for the name and for hosts, and tries each as it is entered', async () => {
    const ran = await run(
      CreateCluster,
      [],
      engineOf(['web1', 'web2']),
      atTerminal('staging', 'web1', 'deploy@', 'web2', ''),
    );
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('? Name of the cluster: staging\n');
    expect(ran.err).toContain('? Host: web1\nregistered: web1: Docker 20.10.24, 2 CPUs, 3000 MiB\n');
    expect(ran.err).toMatch(/\? Next host: deploy@\n> .*the host is missing.*\n\? Next host: web2\n/);
    expect(ran.out).toContain('staging  ACTIVE      2');
    expect(ran.out).toMatch(/\nweb1 [^\n]*\nweb2 /);
    expect(operations(ran)).toEqual([
      'DescribeClusters',
      'CreateCluster',
      'RegisterContainerInstance',
      'RegisterContainerInstance',
      'CreateCluster',
    ]);
  });

  it('says why a host failed and what to do, and tries it again or leaves it out', async () => {
    const ran = await run(
      CreateCluster,
      ['--cluster-name', 'c'],
      engineOf([]),
      atTerminal('web1', 'again', 'web2', 'leave', ''),
    );
    expect(ran.err).toContain(
      'failed: web1 unreachable: no answer\ncheck that it is up\n? What about web1? again\n',
    );
    expect(ran.err).toContain('registered: web1');
    expect(ran.out).not.toContain('web2');
    // Who left it out knows that it is not in: that is no failure.
    expect(ran.code).toBe(0);
  });

  it('makes an empty cluster where no host is entered', async () => {
    const ran = await run(CreateCluster, ['--cluster-name', 'c'], engineOf([]), atTerminal(''));
    expect(operations(ran)).toEqual(['DescribeClusters', 'CreateCluster']);
    expect(ran.out).toMatch(/^CLUSTER.*\nc {8}ACTIVE/);
  });

  it.each([
    ['that has hosts already', ['--cluster-name', 'c'], engineOf(['web1'], 1)],
    ['whose hosts are named', ['--hosts', 'web1'], engineOf(['web1'])],
    ['that is said to have none', ['--hosts'], engineOf([])],
    ['of a document', ['--cli-input-json', '{}'], engineOf([])],
    ['whose answer is for a program', ['--output', 'json'], engineOf([])],
    ['of which a part is asked for', ['--query', 'cluster'], engineOf([])],
  ])('asks nothing of a cluster %s', async (_, argv, engine) => {
    const ran = await run(CreateCluster, argv, engine, atTerminal());
    expect(ran.code).toBe(0);
    expect(ran.err).not.toContain('?');
  });

  it('asks nothing where nobody can answer', async () => {
    const ran = await run(CreateCluster, [], engineOf([]), { people: true });
    expect(operations(ran)).toEqual(['CreateCluster']);
  });

  it('ends with a fault that is no host’s', async () => {
    const answers = {
      ...engineOf([]),
      RegisterContainerInstance: () => {
        throw new TypeError('a fault of ours');
      },
    };
    const ran = await run(CreateCluster, ['--cluster-name', 'c'], answers, atTerminal('web1'));
    expect(ran).toMatchObject({ code: 1 });
    expect(ran.err).toContain('a fault of ours');
  });
});

describe('register-container-instance at a terminal', () => {
  it('asks for the host', async () => {
    const ran = await run(
      RegisterContainerInstance,
      ['--name', 'db', '--cluster', 'c'],
      engineOf(['web1']),
      atTerminal('', 'web1'),
    );
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('? Host: \n> Which host? Ctrl-C leaves.\n? Host: web1\n');
    expect(ran.calls.at(-1)?.input).toEqual({ host: 'web1', name: 'db', cluster: 'c' });
    expect(ran.out).toMatch(/^HOST.*\nweb1 /);
  });

  it('fails with the reason where the host is left out', async () => {
    const ran = await run(RegisterContainerInstance, [], engineOf([]), atTerminal('web1', 'leave'));
    expect(ran).toMatchObject({ code: 3, out: '' });
    expect(ran.err.match(/no answer/g)).toHaveLength(1);
  });

  it('asks nothing where the host is named, or nobody can answer', async () => {
    const named = await run(RegisterContainerInstance, ['--host', 'web1'], engineOf(['web1']), atTerminal());
    expect(named.err).toBe('');
    const refused = {
      RegisterContainerInstance: () => {
        throw new EcsError(
          'InvalidParameterException',
          'The host to register is not named.',
          'Name it: --host',
        );
      },
    };
    expect(await run(RegisterContainerInstance, [], refused)).toMatchObject({ code: 1 });
  });
});

describe('create-cluster --hosts', () => {
  it('makes nothing where one of the hosts can’t be meant', async () => {
    const ran = await run(CreateCluster, ['--hosts', 'web1', 'web2:99999'], engineOf(['web1']));
    expect(ran).toMatchObject({ code: 2, calls: [], out: '' });
    expect(ran.err).toMatch(/^--hosts: Invalid host address "web2:99999": .*\nWrite user@host/);
  });

  it('tells of a host that is refused in one sentence, with what to do', async () => {
    const refuses = {
      ...engineOf([]),
      RegisterContainerInstance: () => {
        throw new EcsError('ClientException', 'web1 belongs to others already.', 'Ask them');
      },
    };
    const ran = await run(CreateCluster, ['--hosts', 'web1'], refuses);
    expect(ran.code).toBe(3);
    expect(ran.err).toBe('warning: web1: ClientException: web1 belongs to others already; Ask them\n');
  });
});
