import { beforeEach, describe, expect, it } from 'vitest';
import CreateCluster from '../../../src/commands/create-cluster.js';
import DescribeTasks from '../../../src/commands/describe-tasks.js';
import ListClusters from '../../../src/commands/list-clusters.js';
import ListTasks from '../../../src/commands/list-tasks.js';
import Logs from '../../../src/commands/logs.js';
import RegisterContainerInstance from '../../../src/commands/register-container-instance.js';
import RegisterTaskDefinition from '../../../src/commands/register-task-definition.js';
import RunTask from '../../../src/commands/run-task.js';
import StopTask from '../../../src/commands/stop-task.js';
import { EcsError } from '../../../src/lib/api/errors.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { NOW, run } from './kit.js';

const instance = {
  containerInstanceArn: 'arn:aws:ecs:local:0:container-instance/default/i1',
  ec2InstanceId: 'web1',
  status: 'ACTIVE',
  agentConnected: true,
  attributes: [{ name: 'longshore.publish-address', value: '10.0.0.11' }],
};
const task = {
  taskArn: `arn:aws:ecs:local:0:task/default/${'1f2e3d4c'.repeat(4)}`,
  taskDefinitionArn: 'arn:aws:ecs:local:0:task-definition/f_producer:2',
  containerInstanceArn: instance.containerInstanceArn,
  lastStatus: 'RUNNING',
  createdAt: new Date(NOW - 200_000),
  startedAt: new Date(NOW - 190_000),
  containers: [{ name: 'a', networkBindings: [{ bindIP: '0.0.0.0', containerPort: 80, hostPort: 49153 }] }],
};
const details = {
  DescribeTasks: () => ({ tasks: [task], failures: [] }),
  DescribeContainerInstances: () => ({ containerInstances: [instance] }),
};

describe('list verbs', () => {
  it("answer off a terminal with ECS's own shape and nothing else", async () => {
    const ran = await run(ListTasks, ['--cluster', 'c'], { ListTasks: () => ({ taskArns: [task.taskArn] }) });
    expect(JSON.parse(ran.out)).toEqual({ taskArns: [task.taskArn] });
    expect(ran.calls).toEqual([{ operation: 'ListTasks', input: { cluster: 'c' } }]);
    expect(ran).toMatchObject({ code: 0, err: '', closed: true });
  });

  it('show people what they want to see of tasks', async () => {
    const ran = await run(
      ListTasks,
      [],
      { ...details, ListTasks: () => ({ taskArns: [task.taskArn] }) },
      { people: true },
    );
    expect(ran.out).toBe(
      [
        'TASK      DEFINITION    STATE    HOST  PORTS              AGE',
        '1f2e3d4c  f_producer:2  RUNNING  web1  10.0.0.11:49153  3m10s',
        '',
      ].join('\n'),
    );
  });

  it('read the state only with --no-refresh, and ask the hosts once for a table', async () => {
    const ran = await run(
      ListTasks,
      ['--no-refresh'],
      { ...details, ListTasks: () => ({ taskArns: [task.taskArn] }) },
      { people: true },
    );
    expect(ran.calls.map(({ input }) => (input as { refresh: boolean }).refresh)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('go on to the last page, unless one page is asked for', async () => {
    const pages = {
      ListClusters: ({ nextToken }: { nextToken?: string }) =>
        nextToken ? { clusterArns: ['c'] } : { clusterArns: ['a', 'b'], nextToken: 'more' },
    };
    expect(JSON.parse((await run(ListClusters, [], pages)).out)).toEqual({ clusterArns: ['a', 'b', 'c'] });
    for (const argv of [['--max-results', '2'], ['--no-paginate']]) {
      expect(JSON.parse((await run(ListClusters, argv, pages)).out)).toEqual({
        clusterArns: ['a', 'b'],
        nextToken: 'more',
      });
    }
  });

  it('say on a terminal what to do where there is nothing', async () => {
    const ran = await run(ListClusters, [], { ListClusters: () => ({ clusterArns: [] }) }, { people: true });
    expect(ran.out).toMatch(/^No clusters\. Make one:\nlongshore create-cluster/);
  });

  it('end with 3 where a host did not answer', async () => {
    const error = new HostError('web2', 'unreachable', 'web2 unreachable: no route', 'check that it is up');
    const ran = await run(ListTasks, [], {
      ListTasks: (_, { onEvent }) => {
        onEvent({ type: 'host-failed', host: 'web2', error });
        return { taskArns: [] };
      },
    });
    expect(ran).toMatchObject({ code: 3, err: 'failed: web2 unreachable: no route; check that it is up\n' });
  });
});

describe('a verb', () => {
  const refusal = {
    ListClusters: () =>
      Promise.reject(new EcsError('ClusterNotFoundException', 'Cluster not found.', 'Make one.')),
  };

  it('that is refused ends with 1 and the words that scripts look for', async () => {
    const ran = await run(ListClusters, [], refusal);
    expect(ran.err).toBe(
      'An error occurred (ClusterNotFoundException) when calling the ListClusters operation: Cluster not found.\nMake one.\n',
    );
    expect(ran).toMatchObject({ code: 1, out: '', closed: true });
  });

  it.each([
    [['foo'], '"foo" belongs to no flag\nlongshore list-clusters --help shows what there is.\n'],
    [['--', 'x'], /"x" belongs to no flag/],
    [['--max-resluts', '3'], /^unknown flag --max-resluts\nDid you mean --max-results\?/],
    [['--endpoint-url', 'ssh://x'], /^--endpoint-url takes an http:\/\/ or https:\/\/ URL/],
    [['--connect-timeout', 'soon'], /^--connect-timeout takes seconds above 0/],
  ])('with the wrong words %j ends with 2 and does nothing', async (argv, err) => {
    const ran = await run(ListClusters, argv, refusal);
    expect(ran).toMatchObject({ code: 2, out: '', calls: [] });
    expect(ran.err).toEqual(typeof err === 'string' ? err : expect.stringMatching(err));
  });

  it.each([
    [RunTask, ['--task-definition', 'a', '--wait'], /^--wait and --follow look at hosts/],
    [CreateCluster, ['--hosts', 'web1'], /^--hosts: an endpoint doesn't take hosts/],
  ])('does nothing where an endpoint can not do all of it: %s %j', async (verb, argv, err) => {
    const ran = await run(verb, [...argv, '--endpoint-url', 'http://x'], refusal);
    expect(ran).toMatchObject({ code: 2, out: '', calls: [] });
    expect(ran.err).toMatch(err);
  });

  it('understands the flags of aws that say nothing here', async () => {
    const argv = [
      '--no-cli-pager',
      '--no-verify-ssl',
      '--no-sign-request',
      '--cli-read-timeout',
      '5',
      '--profile',
      'p',
      '--color',
      'off',
    ];
    const ran = await run(ListClusters, argv, { ListClusters: () => ({ clusterArns: [] }) });
    expect(ran).toMatchObject({
      code: 0,
      err: 'note: --profile says nothing here: there are no AWS accounts\n',
    });
  });

  it('is ended by Ctrl-C with 130, and closes what it opened', async () => {
    let send = (_: string): void => undefined;
    const ran = await run(
      ListClusters,
      [],
      {
        ListClusters: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
            send('SIGTERM');
          }),
      },
      { signals: (by) => (send = by) },
    );
    expect(ran).toMatchObject({ code: 143, err: 'interrupted\n', closed: true });
  });
});

describe('register-task-definition', () => {
  it('says so where one value is taken, and several are given', async () => {
    const ran = await run(StopTask, ['--task', 'a', 'b']);
    expect(ran.err).toMatch(/^"b" belongs to no flag\n--task takes one value\./);
  });

  it.each(['', 'file://', '@'])('knows a file that it is given as a word after "%s"', async (before) => {
    const ran = await run(RegisterTaskDefinition, [`${before}app.json`]);
    expect(ran).toMatchObject({ code: 2, calls: [] });
    expect(ran.err).toMatch(/\nDid you mean --cli-input-json file:\/\/app\.json\?/);
    const { err } = await run(CreateCluster, [`${before}hosts.yml`]);
    expect(err).toMatch(/Did you mean --hosts-file hosts\.yml\?/);
  });

  it('takes a pasted answer of describe-task-definition', async () => {
    const pasted =
      '{"taskDefinition": {"family": "web", "revision": 3, "status": "ACTIVE", "containerDefinitions": []}}';
    const ran = await run(RegisterTaskDefinition, ['--cli-input-json', pasted], {
      RegisterTaskDefinition: (input) => ({ taskDefinition: { ...input, revision: 4 } }),
    });
    expect(ran.calls[0]?.input).toEqual({ family: 'web', containerDefinitions: [] });
    expect(ran.err).toMatch(/^note: --cli-input-json: left out revision, status/);
  });
});

describe('create-cluster', () => {
  let registered = 0;
  beforeEach(() => void (registered = 0));
  const answers = {
    CreateCluster: () => ({
      cluster: { clusterName: 'default', status: 'ACTIVE', registeredContainerInstancesCount: registered },
    }),
    RegisterContainerInstance: ({ host }: { host?: string }) => {
      if (host === 'web3')
        throw new HostError('web3', 'auth', 'web3 unreachable: no key was accepted', 'run ssh-add');
      registered += 1;
      return { containerInstance: { ...instance, ec2InstanceId: host } };
    },
  };

  it("registers its hosts; the answer off a terminal is ECS's own, and a failed host makes 3", async () => {
    const ran = await run(CreateCluster, ['--hosts', 'web1', 'web2', 'web3'], answers);
    expect(JSON.parse(ran.out)).toEqual({
      cluster: { clusterName: 'default', status: 'ACTIVE', registeredContainerInstancesCount: 2 },
    });
    expect(ran.err).toBe('failed: web3 unreachable: no key was accepted; run ssh-add\n');
    expect(ran.code).toBe(3);
    expect(ran.calls.slice(1, 4).map(({ input }) => input)).toEqual(
      ['web1', 'web2', 'web3'].map((host) => ({ host, cluster: 'default' })),
    );
  });

  it('shows people cluster and hosts', async () => {
    const ran = await run(CreateCluster, ['--hosts', 'web2', 'web1'], answers, { people: true });
    expect(ran.out).toMatch(/default +ACTIVE +2[^]*\nHOST[^]*web1[^]*web2/);
    expect(ran.code).toBe(0);
  });

  it('goes through a hosts file before it does anything', async () => {
    const ran = await run(CreateCluster, ['--hosts-file', '/nowhere/hosts.yaml'], answers);
    expect(ran).toMatchObject({ code: 2, calls: [] });
  });
});

describe('describe-tasks', () => {
  it('shows people one task in detail', async () => {
    const ran = await run(DescribeTasks, ['--tasks', '1f2e'], details, { people: true });
    expect(ran.out).toMatch(/^Task 1f2e3d4c/);
    expect(ran.out).toMatch(/host +web1\n/);
    expect(ran.out).toMatch(/ports +10\.0\.0\.11:49153\n/);
    for (const line of ran.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(ran.out).not.toMatch(/health/i);
  });
});

describe('logs', () => {
  const line = {
    taskId: 'aaaaaaaa11',
    family: 'web',
    container: 'app',
    containers: 1,
    host: 'web1',
    time: 0,
    timestamp: '2026-11-21T05:46:00Z',
  };
  const lines = [
    { ...line, stream: 'stdout' as const, text: 'out' },
    { ...line, stream: 'stderr' as const, text: 'err' },
  ];

  it('keep stdout and stderr apart, without prefix where there is only one container', async () => {
    const ran = await run(Logs, ['--task', 'a'], {}, { lines });
    expect(ran).toMatchObject({ code: 0, out: 'out\n', err: 'err\n' });
  });

  it('say whose each line is where there are several, and when on demand', async () => {
    const ran = await run(Logs, ['--tasks', 'a', 'b', '--timestamps'], {}, { lines });
    expect(ran.out).toBe('[aaaaaaaa app] 2026-11-21T05:46:00Z out\n');
  });

  it.each([[['--tail', 'x']], [['--since', 'yesterday']], [['--tasks']]])('refuse %j', async (argv) => {
    expect((await run(Logs, argv)).code).toBe(2);
  });
});

describe('more than a page', () => {
  it('of clusters asks for nothing that the operation does not take', async () => {
    const pages = (total: number) => (input: object) => {
      expect(Object.keys(input)).not.toContain('refresh');
      const from = Number((input as { nextToken?: string }).nextToken ?? 0);
      const clusterArns = Array.from({ length: Math.min(100, total - from) }, (_, i) => `c${from + i}`);
      return { clusterArns, ...(from + 100 < total && { nextToken: String(from + 100) }) };
    };
    const ran = await run(ListClusters, [], { ListClusters: pages(250) });
    expect((JSON.parse(ran.out) as { clusterArns: string[] }).clusterArns).toHaveLength(250);
    expect(ran.calls).toHaveLength(3);
  });

  it('of tasks asks the hosts once', async () => {
    const answers = {
      ListTasks: ({ nextToken }: { nextToken?: string }) =>
        nextToken ? { taskArns: ['b'] } : { taskArns: ['a'], nextToken: 'more' },
    };
    const ran = await run(ListTasks, [], answers);
    expect(ran.calls.map(({ input }) => input)).toEqual([{}, { refresh: false, nextToken: 'more' }]);
  });
});

describe('hosts', () => {
  it('that another cluster has are shared where create-cluster is told so', async () => {
    const answers = {
      CreateCluster: () => ({ cluster: { clusterName: 'shop' } }),
      RegisterContainerInstance: () => ({ containerInstance: instance }),
    };
    const inputs = async (...argv: string[]) =>
      (await run(CreateCluster, ['--hosts', 'web1', ...argv], answers)).calls
        .filter(({ operation }) => operation === 'RegisterContainerInstance')
        .map(({ input }) => input);
    expect(await inputs('--shared')).toEqual([{ host: 'web1', shared: true, cluster: 'shop' }]);
    expect(await inputs()).toEqual([{ host: 'web1', cluster: 'shop' }]);
  });

  it('behind a jump host that can’t be one are refused before anything is asked', async () => {
    const ran = await run(RegisterContainerInstance, ['--host', 'web1', '--proxy-jump=-oProxyCommand=x']);
    expect(ran.code).toBe(2);
    expect(ran.calls).toEqual([]);
    expect(ran.err).toContain(
      '--proxy-jump: Invalid jump hosts "-oProxyCommand=x": a host cannot begin with "-"',
    );
  });
});
