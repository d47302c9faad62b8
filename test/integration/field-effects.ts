import type {
  ContainerDefinition,
  RegisterTaskDefinitionRequest,
  TaskOverride,
} from '../../src/lib/api/types.js';
import { limit, ulimits } from './ulimits.js';

/**
 * What some fields do, seen from inside the container. It proves all members that `container`, `definition` and
 * `overrides` set: without them the script must not show it, and fields.test.ts looks that it doesn't.
 */
export interface Effect {
  /** What the container prints about itself. */
  script: string;
  /** HOST stands for the number of a namespace of the host's own. */
  shows: RegExp;
  container?: Partial<ContainerDefinition>;
  definition?: Partial<RegisterTaskDefinitionRequest>;
  overrides?: TaskOverride;
  /** What the container and the task have besides, which is proven elsewhere. */
  given?: Partial<ContainerDefinition>;
  givenTask?: Partial<RegisterTaskDefinitionRequest>;
  /** Why it is the same without: nothing can tell whether the field counts. */
  likewise?: string;
  /** What not every machine has: a shell command that is true on a host that has it, and what is missing elsewhere. */
  needs?: { command: string; what: string };
}

/** cgroup v1's file, or v2's. */
const cgroup = (v1: string, v2: string) => `cat /sys/fs/cgroup/${v1} 2>/dev/null || cat /sys/fs/cgroup/${v2}`;

/** How many datagrams came to a port that nobody listens on. */
export const unheard = "grep '^Udp: [0-9]' /proc/net/snmp | cut -d ' ' -f 3";

/** What each field does, seen from inside the container. */
export const effects: Record<string, Effect> = {
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
  'memory of a container': {
    container: { memory: 24 },
    script: cgroup('memory/memory.limit_in_bytes', 'memory.max'),
    shows: /^25165824$/m,
  },
  'memory of the task': {
    given: { memory: undefined },
    definition: { memory: '20' },
    script: cgroup('memory/memory.limit_in_bytes', 'memory.max'),
    shows: /^20971520$/m,
  },
  memoryReservation: {
    given: { memory: 32 },
    container: { memoryReservation: 16 },
    script: cgroup('memory/memory.soft_limit_in_bytes', 'memory.low'),
    shows: /^16777216$/m,
  },
  ulimits: {
    container: { ulimits: Object.entries(ulimits).map(([name, [soft, hard]]) => limit(name, soft, hard)) },
    script: 'cat /proc/self/limits',
    shows: new RegExp(
      Object.values(ulimits)
        .map(([soft, hard, words]) => `(?=[^]*^Max ${words} +${soft} +${hard}\\b)`)
        .join(''),
      'm',
    ),
  },
  'ulimits that let processes take more of the processor': {
    container: { ulimits: [limit('nice', 1, 2), limit('rtprio', 3, 4)] },
    script: 'grep -E "nice|realtime prio" /proc/self/limits',
    // The engine may not raise them in most sandboxes, as with privileged.
    shows: /nice priority +1 +2\b[^]*realtime priority +3 +4\b|error setting rlimit type 1[34]/,
  },
  systemControls: {
    container: { systemControls: [{ namespace: 'net.core.somaxconn', value: '99' }] },
    script: 'cat /proc/sys/net/core/somaxconn',
    shows: /^99$/m,
  },
  'linuxParameters.capabilities': {
    container: { linuxParameters: { capabilities: { add: ['NET_ADMIN'], drop: ['CHOWN'] } } },
    // Without: …25fb.
    script: 'grep CapEff /proc/self/status',
    shows: /a80435fa$/m,
  },
  'linuxParameters.devices': {
    container: {
      linuxParameters: {
        devices: [{ hostPath: '/dev/fuse', containerPath: '/dev/nothing', permissions: ['read'] }],
      },
    },
    script: '(: </dev/nothing) && echo read; (: 2>&1 >/dev/nothing) 2>&1; stat -c %t:%T /dev/nothing',
    shows: /^read\n.*not permitted\na:e5$/m,
    needs: { command: 'test -c /dev/fuse', what: 'the device /dev/fuse' },
  },
  'linuxParameters.devices of the same path': {
    container: { linuxParameters: { devices: [{ hostPath: '/dev/fuse', permissions: ['write', 'mknod'] }] } },
    script: '(: >/dev/fuse) && echo written; (: </dev/fuse) 2>&1',
    shows: /^written\n.*not permitted$/m,
    needs: { command: 'test -c /dev/fuse', what: 'the device /dev/fuse' },
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
      linuxParameters: { tmpfs: [{ containerPath: '/scratch', size: 2, mountOptions: ['ro'] }] },
    },
    script: 'grep " /scratch " /proc/mounts',
    shows: /^tmpfs \/scratch tmpfs ro,\S*size=2048k/m,
  },
  'linuxParameters.maxSwap': {
    given: { memory: 16 },
    container: { linuxParameters: { maxSwap: 8 } },
    script: cgroup('memory/memory.memsw.limit_in_bytes', 'memory.swap.max'),
    shows: /^(25165824|8388608)$/m,
    needs: {
      command: 'cd /sys/fs/cgroup; test -e memory/memory.memsw.limit_in_bytes || ls */memory.swap.max',
      what: 'a kernel that limits swap',
    },
  },
  'linuxParameters.swappiness': {
    given: { memory: 16 },
    container: { linuxParameters: { maxSwap: 8, swappiness: 17 } },
    script: 'cat /sys/fs/cgroup/memory/memory.swappiness',
    shows: /^17$/m,
    needs: { command: 'test -e /sys/fs/cgroup/memory/memory.swappiness', what: 'cgroup v1' },
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
  'ipcMode none': {
    definition: { ipcMode: 'none' },
    script: 'grep -q " /dev/shm " /proc/mounts || echo nothing is shared',
    shows: /nothing is shared/,
  },
  'ipcMode task and pidMode task': {
    definition: { ipcMode: 'task', pidMode: 'task' },
    script:
      'test "$(readlink /proc/1/ns/ipc)" = "$(readlink /proc/self/ns/ipc)" && cat /proc/1/comm || echo other',
    shows: /^pause$/m,
  },
  'pidMode task': {
    definition: { pidMode: 'task' },
    script: 'cat /proc/1/comm; cat /sys/class/net/eth0/operstate',
    shows: /^pause\nup$/m,
  },
  'dnsServers, dnsSearchDomains and systemControls in a network that is shared': {
    givenTask: { networkMode: 'awsvpc', ipcMode: 'task' },
    container: {
      dnsServers: ['127.0.0.9'],
      dnsSearchDomains: ['example.com'],
      systemControls: [
        { namespace: 'net.ipv4.ip_unprivileged_port_start', value: '10' },
        { namespace: 'kernel.msgmax', value: '4096' },
      ],
    },
    // The engine's own name server asks the other one from here, where nobody listens, which the kernel counts.
    script: `timeout 2 nslookup elsewhere.example >/dev/null 2>&1; ${unheard} | grep -q -v '^0$' && echo asked
      cat /etc/resolv.conf /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/msgmax`,
    shows: /^asked\n[^]*search example\.com[^]*\n10\n4096$/m,
  },
  'networkMode host': {
    definition: { networkMode: 'host' },
    script: 'readlink /proc/self/ns/net',
    shows: /^net:\[HOST\]$/m,
  },
  'networkMode bridge': {
    definition: { networkMode: 'bridge' },
    script: 'ip route',
    shows: /^default via 172\./m,
    likewise: 'it is the default',
  },
  'networkMode none': {
    definition: { networkMode: 'none' },
    script: 'ls /sys/class/net | tr "\\n" " "',
    shows: /^lo $/m,
  },
  'placementConstraints of the definition': {
    definition: {
      networkMode: 'host',
      placementConstraints: [{ type: 'memberOf', expression: 'ec2InstanceId == web2' }],
    },
    script: 'hostname',
    shows: /^web2$/m,
  },
  'requiresCompatibilities and operatingSystemFamily': {
    definition: {
      requiresCompatibilities: ['EC2', 'EXTERNAL', 'FARGATE', 'MANAGED_INSTANCES'],
      runtimePlatform: { operatingSystemFamily: 'LINUX' },
    },
    givenTask: { networkMode: 'awsvpc' },
    script: 'uname -s',
    shows: /^Linux$/m,
    likewise: 'all hosts are of these kinds',
  },
  'cpu, memory, command and environment of the overrides': {
    overrides: {
      cpu: '256',
      containerOverrides: [
        {
          name: 'main',
          cpu: 128,
          memory: 40,
          memoryReservation: 12,
          environment: [{ name: 'OF', value: 'the run' }],
          command: [
            'sh',
            '-c',
            [
              'echo "$OF"',
              cgroup('cpu/cpu.shares', 'cpu.weight'),
              cgroup('cpu/cpu.cfs_quota_us', 'cpu.max'),
              cgroup('memory/memory.limit_in_bytes', 'memory.max'),
              cgroup('memory/memory.soft_limit_in_bytes', 'memory.low'),
            ].join('; '),
          ],
        },
      ],
    },
    script: '',
    shows: /^the run\n(128|5)\n25000\b.*\n41943040\n12582912$/m,
  },
  'memory of the overrides': {
    given: { memory: undefined, memoryReservation: 8 },
    overrides: { memory: '28' },
    script: cgroup('memory/memory.limit_in_bytes', 'memory.max'),
    shows: /^29360128$/m,
  },
  'environmentFiles of the overrides': {
    overrides: {
      containerOverrides: [
        { name: 'main', environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::bucket/run.env' }] },
      ],
    },
    script: 'echo "$FILE"',
    shows: /^of the run$/m,
  },
};
