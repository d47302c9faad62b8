import type { PlacementConstraint } from '../api/types.js';
import { compileQuery } from './query-language/query.js';
import { chooseRuns, isIn } from './ports.js';
import type { Amounts, InstanceView, PlacementRequest, PortKey, Protocol } from './types.js';
import { few } from './wording.js';

/** What one request asks of an instance, and how to say that it isn't met. */
export interface Check {
  /** ECS's reason (Amazon ECS Developer Guide, API failure messages). */
  reason: string;
  /** Whether tasks that start or stop on an instance can change the answer. */
  dependsOnTasks: boolean;
  allows(instance: InstanceView): boolean;
  /** What instances that fail do: `1 of 5 hosts lacks 512 MiB`, `2 of 5 hosts lack 512 MiB`. */
  fault: { one: string; many: string };
  /** About one that fails, alone: `has 300 MiB of 512`. */
  detail(instance: InstanceView): string;
  /** About one that fails, after its name in the sentence of all: `has 300`. */
  note?(instance: InstanceView): string;
  /** What a person may do about it, where that isn't plain. */
  remedy?: string;
}

/** Looks at a request and gives the checks that it needs, none where it doesn't matter to it. */
type Filter = (request: PlacementRequest) => Check[];

/** All that binds, in the order in which it is asked: an instance is refused for the first that fails. */
const filters: readonly Filter[] = [
  status('INACTIVE', { one: 'is deregistered', many: 'are deregistered' }),
  status('DRAINING', { one: 'is draining', many: 'are draining' }),
  agent,
  volumes,
  attributes,
  amount('cpu', 'RESOURCE:CPU', 'CPU unit', 'CPU units'),
  amount('memory', 'RESOURCE:MEMORY', 'MiB', 'MiB'),
  amount('gpus', 'RESOURCE:GPU', 'GPU', 'GPUs'),
  ports,
  dynamicPorts('tcp'),
  dynamicPorts('udp'),
  portRuns,
  (request) => request.constraints.map((constraint) => placementConstraint(constraint, request.group)),
];

/** The checks of a request, in order. Throws InvalidExpression for a `memberOf` that doesn't parse. */
export function checksOf(request: PlacementRequest): readonly Check[] {
  return filters.flatMap((filter) => filter(request));
}

/** ECS doesn't consider such instances, so it has no failure reason for them: the status stands in its place. */
function status(refused: InstanceView['status'], fault: Check['fault']): Filter {
  return () => [
    {
      reason: refused,
      dependsOnTasks: false,
      allows: (instance) => instance.status !== refused,
      fault,
      detail: () => fault.one,
    },
  ];
}

function agent(): Check[] {
  return [
    {
      reason: 'AGENT',
      dependsOnTasks: false,
      allows: (instance) => instance.agentConnected,
      fault: { one: "doesn't answer", many: "don't answer" },
      detail: () => "doesn't answer",
    },
  ];
}

/** Asked early: a host without the data isn't told of as one that is merely full. */
function volumes({ volumes: needed }: PlacementRequest): Check[] {
  return needed.map(({ name, on }) => {
    const data = `the data of volume ${name}`;
    const lacked = `${data}, which ${few(on)} ${on.length === 1 ? 'has' : 'have'}`;
    return {
      reason: 'VOLUME',
      dependsOnTasks: false,
      allows: (instance) => instance.volumes.has(name),
      fault:
        on.length === 0
          ? { one: `has no volume ${name}`, many: `have no volume ${name}` }
          : {
              one: `lacks ${lacked}`,
              many: `lack ${lacked}`,
            },
      detail: () => (on.length === 0 ? `has no volume ${name}` : `${data} is on ${few(on)}`),
      remedy:
        on.length === 0
          ? `make it on a host: docker volume create ${name}`
          : 'start-task on another host starts it without that data',
    };
  });
}

function attributes({ requiredAttributes }: PlacementRequest): Check[] {
  return requiredAttributes.map(({ name, value }) => {
    const wanted = value === undefined ? `attribute ${name}` : `attribute ${name}=${value}`;
    const found = (instance: InstanceView) => {
      const actual = instance.attributes.get(name);
      return actual === undefined ? 'has none' : `has ${actual || 'no value'}`;
    };
    return {
      reason: 'ATTRIBUTE',
      dependsOnTasks: false,
      allows: ({ attributes: own }) => (value === undefined ? own.has(name) : own.get(name) === value),
      fault: { one: `lacks ${wanted}`, many: `lack ${wanted}` },
      detail: (instance) => `lacks ${wanted}${value === undefined ? '' : `: ${found(instance)}`}`,
      note: value === undefined ? undefined : found,
    };
  });
}

function amount(resource: keyof Amounts, reason: string, one: string, many: string): Filter {
  return (request) => {
    const needed = request[resource];
    // Who needs none isn't kept off an instance that others have over-filled.
    if (needed <= 0) return [];
    const inUnits = (count: number) => `${count} ${count === 1 ? one : many}`;
    const left = (instance: InstanceView) => Math.max(0, instance.remaining[resource]);
    return [
      {
        reason,
        dependsOnTasks: true,
        allows: (instance) => instance.remaining[resource] >= needed,
        fault: { one: `lacks ${inUnits(needed)}`, many: `lack ${inUnits(needed)}` },
        detail: (instance) => `has ${inUnits(left(instance))} of ${needed}`,
        note: (instance) => `has ${left(instance)}`,
      },
    ];
  };
}

function ports({ ports: needed }: PlacementRequest): Check[] {
  if (needed.length === 0) return [];
  const wanted = `${needed.length === 1 ? 'port' : 'ports'} ${few(needed.map(portName))} free`;
  const taken = ({ usedPorts }: InstanceView) => needed.filter((port) => usedPorts.has(port)).map(portName);
  return [
    {
      reason: 'RESOURCE:PORTS',
      dependsOnTasks: true,
      allows: ({ usedPorts }) => !needed.some((port) => usedPorts.has(port)),
      fault: { one: `doesn't have ${wanted}`, many: `don't have ${wanted}` },
      detail: (instance) => {
        const names = taken(instance);
        return names.length === 1 ? `port ${names[0]} is taken` : `ports ${few(names)} are taken`;
      },
      note: needed.length === 1 ? undefined : (instance) => `uses ${few(taken(instance))}`,
    },
  ];
}

/** Host ports that may be any of the instance's range; fixed ones of the task that lie in it are no choice. */
function dynamicPorts(protocol: Protocol): Filter {
  return ({ dynamicPorts: { [protocol]: needed }, ports: fixed }) => {
    if (needed === 0) return [];
    const own = fixed.filter((port) => port.startsWith(protocol));
    const free = ({ portRange, freePorts }: InstanceView) =>
      Math.max(0, freePorts[protocol] - own.filter((port) => isIn(portRange, port)).length);
    const ports = (count: number) => `${count} free ${protocol} ${count === 1 ? 'port' : 'ports'}`;
    const range = ({ portRange }: InstanceView) => portRange.join('-');
    return [
      {
        reason: 'RESOURCE:PORTS',
        dependsOnTasks: true,
        allows: (instance) => free(instance) >= needed,
        fault: {
          one: `lacks ${ports(needed)} in its port range`,
          many: `lack ${ports(needed)} in their port ranges`,
        },
        detail: (instance) => `has ${ports(free(instance))} of ${needed} in ${range(instance)}`,
        note: (instance) => `has ${free(instance)} in ${range(instance)}`,
      },
    ];
  };
}

/** Host ports that follow each other. What is planned beside is not known by number: who chooses them looks again. */
function portRuns({ portRuns: runs = [], ports: fixed }: PlacementRequest): Check[] {
  if (runs.length === 0) return [];
  const wanted = few(runs.map(({ protocol, count }) => `${count} free ${protocol} ports`));
  const fault = `in a row in`;
  return [
    {
      reason: 'RESOURCE:PORTS',
      dependsOnTasks: true,
      allows: ({ portRange, usedPorts }) =>
        chooseRuns(portRange, new Set([...usedPorts, ...fixed]), runs, () => 0) !== undefined,
      fault: {
        one: `lacks ${wanted} ${fault} its port range`,
        many: `lack ${wanted} ${fault} their port ranges`,
      },
      detail: ({ portRange }) => `has no ${wanted} in a row in ${portRange.join('-')}`,
    },
  ];
}

/** `tcp/80` as people write it: `80/tcp`. */
function portName(port: PortKey): string {
  return port.split('/').reverse().join('/');
}

function placementConstraint({ type, expression = '' }: PlacementConstraint, group: string): Check {
  return type === 'distinctInstance' ? distinctInstance(group) : memberOf(expression);
}

function memberOf(expression: string): Check {
  const query = compileQuery(expression);
  return {
    reason: 'MemberOf placement constraint unsatisfied.',
    dependsOnTasks: query.dependsOnTasks,
    allows: query.matches,
    fault: {
      one: `doesn't satisfy memberOf (${expression})`,
      many: `don't satisfy memberOf (${expression})`,
    },
    detail: () => `doesn't satisfy memberOf (${expression})`,
  };
}

function distinctInstance(group: string): Check {
  return {
    reason: 'DistinctInstance placement constraint unsatisfied.',
    dependsOnTasks: true,
    allows: (instance) => !instance.tasksByGroup.has(group),
    fault: { one: `already has a task of ${group}`, many: `already have a task of ${group}` },
    detail: () => `already has a task of ${group}`,
  };
}
