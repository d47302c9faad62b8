import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  ContainerDefinition,
  DescribeTasksResponse,
  RegisterTaskDefinitionRequest,
  RunTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User } from './longshore.js';

interface Effect {
  /** What the container prints about itself. */
  script: string;
  shows: RegExp;
  container?: Partial<ContainerDefinition>;
  definition?: Partial<RegisterTaskDefinitionRequest>;
}

/** cgroup v1's file, or v2's. */
const cgroup = (v1: string, v2: string) => `cat /sys/fs/cgroup/${v1} 2>/dev/null || cat /sys/fs/cgroup/${v2}`;

/** What each field does, seen from inside the container. */
const effects: Record<string, Effect> = {
  'cpu of a container': {
    container: { cpu: 512 },
    script: cgroup('cpu/cpu.shares', 'cpu.weight'),
    shows: /^(512|20)$/m,
  },
  'cpu of the task': {
    definition: { cpu: '512' },
    script: cgroup('cpu/cpu.cfs_quota_us', 'cpu.max'),
    shows: /^50000\b/m,
  },
  memory: {
    container: { memory: 24 },
    script: cgroup('memory/memory.limit_in_bytes', 'memory.max'),
    shows: /^25165824$/m,
  },
  'memory of the task': {
    container: { memory: undefined },
    definition: { memory: '20' },
    script: cgroup('memory/memory.limit_in_bytes', 'memory.max'),
    shows: /^20971520$/m,
  },
  memoryReservation: {
    container: { memory: 32, memoryReservation: 16 },
    script: cgroup('memory/memory.soft_limit_in_bytes', 'memory.low'),
    shows: /^16777216$/m,
  },
  ulimits: {
    container: { ulimits: [{ name: 'nofile', softLimit: 111, hardLimit: 222 }] },
    script: 'ulimit -Sn; ulimit -Hn',
    shows: /^111\n222$/m,
  },
  systemControls: {
    container: { systemControls: [{ namespace: 'net.core.somaxconn', value: '99' }] },
    script: 'cat /proc/sys/net/core/somaxconn',
    shows: /^99$/m,
  },
  'linuxParameters.capabilities': {
    container: { linuxParameters: { capabilities: { add: ['NET_ADMIN'], drop: ['CHOWN'] } } },
    script: 'ip link add dummy0 type dummy 2>&1 && echo added; touch /tmp/x; chown 1 /tmp/x || echo kept',
    shows: /kept/,
  },
  'linuxParameters.devices': {
    container: {
      linuxParameters: {
        devices: [{ hostPath: '/dev/null', containerPath: '/dev/nothing', permissions: ['read', 'write'] }],
      },
    },
    script: 'test -c /dev/nothing && echo there; echo x >/dev/nothing && echo written',
    shows: /^there\nwritten$/m,
  },
  'linuxParameters.initProcessEnabled': {
    container: { linuxParameters: { initProcessEnabled: true } },
    script: 'cat /proc/1/comm; echo $$',
    shows: /^(docker-init|tini)\n(?!1$)\d+$/m,
  },
  'linuxParameters.sharedMemorySize': {
    container: { linuxParameters: { sharedMemorySize: 3 } },
    script: 'df -k /dev/shm | tail -1',
    shows: /\b3072\b/,
  },
  'linuxParameters.tmpfs': {
    container: {
      linuxParameters: { tmpfs: [{ containerPath: '/scratch', size: 2, mountOptions: ['noexec'] }] },
    },
    script: 'grep " /scratch " /proc/mounts',
    shows: /^tmpfs \/scratch tmpfs \S*noexec\S*size=2048k/m,
  },
  'linuxParameters.maxSwap': {
    container: { memory: 16, linuxParameters: { maxSwap: 8 } },
    script: cgroup('memory/memory.memsw.limit_in_bytes', 'memory.swap.max') + ' || echo no swap accounting',
    shows: /^(25165824|8388608|no swap accounting)$/m,
  },
  'linuxParameters.swappiness': {
    container: { memory: 16, linuxParameters: { maxSwap: 8, swappiness: 17 } },
    // Kernels with cgroup v2 have none.
    script: 'cat /sys/fs/cgroup/memory/memory.swappiness 2>/dev/null || echo no swappiness',
    shows: /^(17|no swappiness)$/m,
  },
  'entryPoint, command and environment': {
    container: {
      entryPoint: ['sh', '-c', 'echo "$MODE, $0, $1"'],
      command: ['two words', '$MODE'],
      environment: [{ name: 'MODE', value: 'a=b "c"' }],
    },
    script: '',
    shows: /^a=b "c", two words, \$MODE$/m,
  },
  interactive: {
    container: { interactive: true },
    // Without, it is /dev/null, where reading ends at once.
    script: 'timeout 1 cat; echo $?; ls -l /proc/self/fd/0',
    shows: /^143\n.* -> pipe:/m,
  },
  privileged: {
    container: { privileged: true },
    script: 'grep CapEff /proc/self/status',
    // The engine refuses it where this machine itself lacks a capability, as in most sandboxes.
    shows: /(0000003f|000001ff)ffffffff|unable to apply caps/,
  },
  readonlyRootFilesystem: {
    container: { readonlyRootFilesystem: true },
    script: 'touch /x 2>&1 || true',
    shows: /Read-only file system/,
  },
  dockerSecurityOptions: {
    container: { dockerSecurityOptions: ['no-new-privileges'] },
    script: 'grep NoNewPrivs /proc/self/status',
    shows: /NoNewPrivs:\s+1/,
  },
  pseudoTerminal: {
    container: { pseudoTerminal: true },
    script: 'test -t 1 && echo terminal',
    shows: /terminal/,
  },
  disableNetworking: {
    container: { disableNetworking: true },
    script: 'ls /sys/class/net | tr "\\n" " "',
    shows: /^lo $/m,
  },
  'dnsServers and dnsSearchDomains': {
    container: { dnsServers: ['192.0.2.53'], dnsSearchDomains: ['example.org'] },
    script: 'cat /etc/resolv.conf',
    shows:
      /search example\.org\n(.*\n)*nameserver 192\.0\.2\.53|nameserver 192\.0\.2\.53\n(.*\n)*search example\.org/,
  },
  'extraHosts and hostname': {
    container: { extraHosts: [{ hostname: 'elsewhere', ipAddress: '192.0.2.7' }], hostname: 'me' },
    script: 'hostname; grep elsewhere /etc/hosts',
    shows: /^me\n192\.0\.2\.7\s+elsewhere$/m,
  },
  'user and workingDirectory': {
    container: { user: 'nobody', workingDirectory: '/var' },
    script: 'id -un; pwd',
    shows: /^nobody\n\/var$/m,
  },
  'pidMode host': {
    definition: { pidMode: 'host' },
    script: 'cat /proc/[0-9]*/comm 2>/dev/null | grep -q dockerd && echo sees the engine',
    shows: /sees the engine/,
  },
  'ipcMode host': {
    definition: { ipcMode: 'host' },
    script: 'readlink /proc/self/ns/ipc',
    shows: /^ipc:\[HOST\]$/m,
  },
  'pidMode task': {
    definition: { pidMode: 'task' },
    script: 'cat /proc/1/comm; cat /sys/class/net/eth0/operstate',
    shows: /^pause\nup$/m,
  },
  'dnsServers, dnsSearchDomains and systemControls in a network that is shared': {
    definition: { networkMode: 'awsvpc', ipcMode: 'task' },
    container: {
      dnsServers: ['192.0.2.53'],
      dnsSearchDomains: ['example.com'],
      systemControls: [
        { namespace: 'net.ipv4.ip_unprivileged_port_start', value: '10' },
        { namespace: 'kernel.msgmax', value: '4096' },
      ],
    },
    script: 'cat /etc/resolv.conf /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/msgmax',
    shows: /search example\.com[^]*\n10\n4096$/m,
  },
  'networkMode host': {
    definition: { networkMode: 'host' },
    script: 'readlink /proc/self/ns/net',
    shows: /^net:\[HOST\]$/m,
  },
  'networkMode none': {
    definition: { networkMode: 'none' },
    script: 'ls /sys/class/net | tr "\\n" " "',
    shows: /^lo $/m,
  },
  'requiresCompatibilities FARGATE': {
    definition: { requiresCompatibilities: ['FARGATE'], runtimePlatform: { operatingSystemFamily: 'LINUX' } },
    script: 'echo runs',
    shows: /^runs$/m,
  },
};

describeWithHosts('fields of a task definition, seen from inside the container', () => {
  let cluster: TestCluster;
  let user: User;
  let count = 0;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  describe('the effect of', () => {
    it.concurrent.each(Object.entries(effects))('%s', async (_name, effect) => {
      const script = ['sh', '-c', effect.script];
      const family = await register(
        user,
        `field-${++count}`,
        [container({ command: script, ...effect.container })],
        effect.definition,
      );
      const { stdout, stderr } = await user.run([
        'run-task',
        '--task-definition',
        family,
        '--wait',
        '--follow',
      ]);
      const told = /unable to apply caps/.exec(stderr)?.[0] ?? '';
      expect(stdout.replaceAll('\r', '') + told, stderr).toMatch(await here(effect.shows));
    });
  });

  it('LONGSHORE_ENABLE_CONTAINER_METADATA: the metadata file says what is known, and soon all of it', async () => {
    const wait = 'until grep -q READY $ECS_CONTAINER_METADATA_FILE; do sleep 0.1; done';
    const read = 'cat $ECS_CONTAINER_METADATA_FILE';
    const family = await register(user, 'metadata', [
      container({
        command: ['sh', '-c', `grep TaskARN $ECS_CONTAINER_METADATA_FILE && ${wait}; ${read}`],
        readonlyRootFilesystem: true,
        portMappings: [{ containerPort: 80 }],
      }),
    ]);
    const { stdout, stderr } = await user.run(
      ['run-task', '--task-definition', family, '--wait', '--follow'],
      {
        env: { LONGSHORE_ENABLE_CONTAINER_METADATA: '1' },
      },
    );
    expect(stderr).toMatch(/exit code 0/);
    const [taskArn = '', ...file] = stdout.split('\n');
    const said = JSON.parse(file.join('\n')) as Record<string, unknown>;
    expect(taskArn).toContain(`"${String(said['TaskARN'])}"`);
    expect(said).toMatchObject({
      Cluster: 'default',
      ContainerName: 'main',
      ImageName: 'busybox',
      PortMappings: [{ ContainerPort: 80, HostPort: expect.any(Number) as number, Protocol: 'tcp' }],
      Networks: [{ NetworkMode: 'bridge', IPv4Addresses: [expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/)] }],
      MetadataFileStatus: 'READY',
    });
  });

  it('healthCheck: a container becomes HEALTHY, and UNHEALTHY, and so does its task', async () => {
    const check = { command: ['CMD-SHELL', 'test ! -e /sick'], interval: 5, timeout: 2, retries: 1 };
    const family = await register(user, 'healthy', [
      container({ healthCheck: check, command: ['sh', '-c', 'sleep 12; touch /sick; sleep 600'] }),
    ]);
    const { tasks = [] } = await user.json<RunTaskResponse>('run-task', '--task-definition', family);
    const health = async () => {
      const answer = await user.json<DescribeTasksResponse>(
        'describe-tasks',
        '--tasks',
        idOf(tasks[0]?.taskArn),
      );
      return [answer.tasks?.[0]?.healthStatus, answer.tasks?.[0]?.containers?.[0]?.healthStatus];
    };
    expect(tasks[0]?.healthStatus).toBe('UNKNOWN');
    await expect.poll(health, { timeout: 20_000, interval: 500 }).toEqual(['HEALTHY', 'HEALTHY']);
    await expect.poll(health, { timeout: 30_000, interval: 500 }).toEqual(['UNHEALTHY', 'UNHEALTHY']);
  });

  /** HOST in a pattern: the number of the host's own namespace. */
  async function here(pattern: RegExp): Promise<RegExp> {
    const kind = /^\^(\w+):/.exec(pattern.source)?.[1];
    if (!pattern.source.includes('HOST') || !kind) return pattern;
    const { stdout } = await cluster.host('web1').exec(['readlink', `/proc/1/ns/${kind}`]);
    return new RegExp(pattern.source.replace('HOST', /\d+/.exec(stdout)?.[0] ?? '?'), 'm');
  }
});
