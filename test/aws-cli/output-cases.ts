import type { OperationName } from '../../src/lib/api/operations.js';

/** An answer as it comes over the wire: times are seconds of the epoch; members in the order of ECS's model. */
export interface CannedAnswer {
  operation: OperationName;
  /** The verb and what it must be given. */
  argv: readonly string[];
  body: Record<string, unknown>;
  /** Asked of it in each form, beside nothing. */
  queries: readonly string[];
}

const arn = (rest: string) => `arn:aws:ecs:us-east-1:123456789012:${rest}`;
const id = (n: number) => n.toString(16).padStart(2, '0').repeat(16);

const container = (name: string, more: object) => ({
  containerArn: arn(`container/default/${id(1)}/${name}`),
  taskArn: arn(`task/default/${id(1)}`),
  name,
  ...more,
});

const tasks = {
  tasks: [
    {
      attachments: [],
      clusterArn: arn('cluster/default'),
      connectivity: 'CONNECTED',
      connectivityAt: 1700000000.5,
      containerInstanceArn: arn(`container-instance/default/${id(7)}`),
      containers: [
        container('web', {
          image: 'nginx:1.27',
          runtimeId: id(3),
          lastStatus: 'RUNNING',
          networkBindings: [
            { bindIP: '0.0.0.0', containerPort: 80, hostPort: 32768, protocol: 'tcp' },
            { bindIP: '::', containerPort: 443, hostPort: 32769, protocol: 'udp' },
          ],
          networkInterfaces: [],
          healthStatus: 'HEALTHY',
          cpu: '10',
        }),
        container('side', {
          image: 'redis',
          lastStatus: 'STOPPED',
          exitCode: 137,
          reason: 'OutOfMemoryError',
        }),
      ],
      cpu: '256',
      createdAt: 1700000000,
      desiredStatus: 'RUNNING',
      enableExecuteCommand: false,
      group: 'family:web',
      lastStatus: 'RUNNING',
      launchType: 'EC2',
      memory: '512',
      overrides: { containerOverrides: [{ name: 'web', environment: [{ name: 'A', value: 'x y' }] }] },
      tags: [
        { key: 'team', value: 'Team 東京' },
        { key: 'empty', value: '' },
      ],
      taskArn: arn(`task/default/${id(1)}`),
      version: 4,
    },
    {
      clusterArn: arn('cluster/default'),
      containers: [],
      createdAt: 1700000123.456,
      desiredStatus: 'STOPPED',
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedAt: 1700000200,
      stoppedReason: 'Essential container in task exited: see "reason"',
      tags: [],
      taskArn: arn(`task/default/${id(2)}`),
      version: 12,
    },
  ],
  failures: [{ arn: arn(`task/default/${id(9)}`), reason: 'MISSING' }],
};

const clusters = {
  clusters: [
    {
      clusterArn: arn('cluster/default'),
      clusterName: 'default',
      status: 'ACTIVE',
      registeredContainerInstancesCount: 3,
      runningTasksCount: 7,
      pendingTasksCount: 0,
      activeServicesCount: 1,
      statistics: [],
      tags: [],
      settings: [{ name: 'containerInsights', value: 'disabled' }],
    },
  ],
  failures: [],
};

const definition = {
  taskDefinition: {
    taskDefinitionArn: arn('task-definition/web:3'),
    containerDefinitions: [
      {
        name: 'web',
        image: 'nginx',
        cpu: 0,
        links: ['db:database'],
        portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
        essential: true,
        entryPoint: ['sh', '-c'],
        command: [
          'echo a\necho b',
          "it's: true",
          'yes',
          '1e3',
          '2026-01-01',
          ' padded ',
          'x,y',
          '#no',
          '- a',
        ],
        environment: [
          { name: 'A', value: '1' },
          { name: 'B', value: '' },
        ],
        mountPoints: [],
        dockerLabels: { 'com.example/a-b': 'c', z: 'null', a: '~' },
        logConfiguration: { logDriver: 'json-file', options: { 'max-size': '10m' } },
      },
    ],
    family: 'web',
    revision: 3,
    volumes: [
      { name: 'data', host: { sourcePath: '/srv/data' } },
      { name: 'scratch', host: {} },
    ],
    status: 'ACTIVE',
    requiresAttributes: [{ name: 'com.amazonaws.ecs.capability.docker-remote-api.1.18' }],
    placementConstraints: [{ type: 'memberOf', expression: 'attribute:zone =~ eu-.*' }],
    compatibilities: ['EC2', 'EXTERNAL'],
    registeredAt: 1700000000.001,
  },
  tags: [{ key: 'k', value: 'v' }],
};

const instances = {
  containerInstances: [
    {
      containerInstanceArn: arn(`container-instance/default/${id(7)}`),
      ec2InstanceId: 'web1',
      version: 12345678901,
      versionInfo: { agentVersion: '1.0.0', agentHash: 'abc', dockerVersion: 'DockerVersion: 27.1.1' },
      remainingResources: [
        { name: 'CPU', type: 'INTEGER', doubleValue: 0.5, longValue: 0, integerValue: 2038 },
        {
          name: 'PORTS',
          type: 'STRINGSET',
          doubleValue: 1.25,
          longValue: 0,
          integerValue: 0,
          stringSetValue: ['22', '2376'],
        },
      ],
      status: 'ACTIVE',
      agentConnected: true,
      runningTasksCount: 2,
      attributes: [
        { name: 'ecs.os-type', value: 'linux' },
        { name: 'bare' },
        { name: 'zone', value: 'a', targetType: 'container-instance', targetId: 'x' },
      ],
      registeredAt: 1700000000,
      attachments: [],
      tags: [],
    },
  ],
  failures: [],
};

export const cannedAnswers: Readonly<Record<string, CannedAnswer>> = {
  tasks: {
    operation: 'DescribeTasks',
    argv: ['describe-tasks', '--tasks', 'a', 'b'],
    body: tasks,
    queries: [
      'tasks[].taskArn',
      'tasks[0]',
      'tasks[*].[taskArn,lastStatus]',
      'tasks[].{Arn:taskArn,Status:lastStatus,Why:stoppedReason}',
      'tasks[*].containers[*].name',
      'tasks[].containers[].[name,exitCode,networkBindings[0].hostPort]',
      'tasks[].containers[].networkBindings[]',
      'tasks[].containers[]',
      "tasks[?lastStatus=='RUNNING'].{id:taskArn,containers:containers[].{name:name,image:image}}",
      "tasks[?createdAt>'2023-11-14T22:14'].version",
      'tasks[].tags[]',
      'tasks[].tags[?key==`team`].value | [0]',
      'tasks[?containers[?exitCode==`137`]].taskArn | [0]',
      'tasks[0].overrides',
      'tasks[0].enableExecuteCommand',
      'tasks[0].nosuch',
      'tasks[1].containers',
      'tasks[].stoppedReason',
      'tasks[].[stoppedReason]',
      'failures[].{reason:reason,arn:arn}',
      'failures',
      '{first:tasks[0].version,all:tasks[].version,none:nothing}',
      '[tasks[0].version,tasks[1].version]',
      '[[tasks[0].cpu,tasks[0].memory],[tasks[1].cpu,tasks[1].memory]]',
      'sort_by(tasks,&version)[-1].[version,lastStatus]',
      'join(`,`, tasks[].lastStatus)',
      'length(tasks)',
      'tasks[].version | sum(@)',
      'tasks[0].createdAt',
      'tasks[?nosuch]',
      'keys(@)',
      'to_string(tasks[0].version)',
      "contains(tasks[].lastStatus,'RUNNING')",
      'max_by(tasks,&version).taskArn',
      'merge(failures[0],{x:`1`})',
      '*[0].reason',
      'tasks[:1].lastStatus',
      'tasks[::-1].version',
      'map(&lastStatus,tasks)',
      'reverse(tasks)[].version',
    ],
  },
  clusters: {
    operation: 'DescribeClusters',
    argv: ['describe-clusters'],
    body: clusters,
    queries: [
      'clusters[0].status',
      'clusters[].settings',
      'clusters[].settings[]',
      'clusters[0].[clusterName,status]',
    ],
  },
  'task definition': {
    operation: 'DescribeTaskDefinition',
    argv: ['describe-task-definition', '--task-definition', 'web'],
    body: definition,
    queries: [
      'taskDefinition.containerDefinitions[].image',
      'taskDefinition.containerDefinitions[0].environment',
      'taskDefinition.containerDefinitions[0].environment[].[name,value]',
      'taskDefinition.containerDefinitions[0].dockerLabels."com.example/a-b"',
      'taskDefinition.containerDefinitions[0].command',
      'taskDefinition.volumes',
      'taskDefinition.[family,revision]',
      'taskDefinition.compatibilities',
    ],
  },
  instances: {
    operation: 'DescribeContainerInstances',
    argv: ['describe-container-instances', '--container-instances', 'a'],
    body: instances,
    queries: [
      'containerInstances[].attributes[]',
      "containerInstances[].attributes[?name=='zone'].value[]",
      'containerInstances[].remainingResources[].{n:name,v:integerValue}',
      'containerInstances[0].versionInfo',
      'containerInstances[0].versionInfo.agentVersion',
    ],
  },
  'nothing found': {
    operation: 'DescribeTasks',
    argv: ['describe-tasks', '--tasks', 'a'],
    body: { tasks: [], failures: [{ arn: arn(`task/default/${id(9)}`), reason: 'MISSING' }] },
    queries: ['tasks', 'tasks[0]', 'tasks[].taskArn', 'failures[0].reason'],
  },
  'arns of clusters': {
    operation: 'ListClusters',
    argv: ['list-clusters'],
    body: { clusterArns: [arn('cluster/a'), arn('cluster/b')] },
    queries: [
      'clusterArns',
      'clusterArns[]',
      'clusterArns[0]',
      'length(clusterArns)',
      'clusterArns[?ends_with(@,`b`)]',
    ],
  },
  'no clusters': {
    operation: 'ListClusters',
    argv: ['list-clusters'],
    body: { clusterArns: [] },
    queries: ['clusterArns'],
  },
  'an empty answer': {
    operation: 'DeregisterTaskDefinition',
    argv: ['deregister-task-definition', '--task-definition', 'a:1'],
    body: {},
    queries: ['taskDefinition', '@'],
  },
};
