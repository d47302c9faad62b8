import type { ContainerInstance, Deployment, Service, Task } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { age, moment, nameOf, pairsText } from '../people-words.js';
import { heading, indented, sheet } from '../sheet.js';
import { shorten } from '../people-table.js';
import { haltedOf } from '../halted.js';
import { deploymentsIn, eventText } from '../event-text.js';
import type { Terminal } from '../terminal.js';
import { hostName } from './instance-table.js';
import { rolloutStyle, rolloutText } from './service-table.js';

/** The newest. */
export const EVENTS_SHOWN = 8;
/** In events of tasks that failed. */
const REASON = ' Reason: ';

export interface ServiceFacts {
  service: Service;
  tasks: readonly Task[];
  /** Those of its tasks, and those that its events name. */
  instances: ReadonlyMap<string, ContainerInstance>;
  terminal: Terminal;
  /** Epoch milliseconds. */
  now: number;
}

/** One service in detail for people. */
export function serviceSheet({ service, tasks, instances, terminal, now }: ServiceFacts): string {
  const { desiredCount = 0, runningCount = 0, pendingCount = 0, deploymentConfiguration } = service;
  const halted = haltedOf(service);
  const hosts = namesOf(instances);
  const inside = { ...terminal, width: () => terminal.width() - 2 };
  const fields = sheet(
    [
      ['status', service.status],
      [
        'tasks',
        `${runningCount} of ${desiredCount} running${pendingCount > 0 ? `, ${pendingCount} pending` : ''}`,
      ],
      ['definition', nameOf(service.taskDefinition)],
      ['kind', service.schedulingStrategy === 'DAEMON' ? 'DAEMON: one on each host' : undefined],
      [
        'percent',
        `at least ${deploymentConfiguration?.minimumHealthyPercent} % up, at most ${deploymentConfiguration?.maximumPercent} % there`,
      ],
      ['breaker', breakerText(service)],
      ['failing', failureText(service, hosts)],
      ['halted', halted?.state],
      ['on', halted?.on.command],
      ['back', halted?.back?.command],
      ['tags', pairsText(service.tags ?? [])],
      ['created', moment(service.createdAt, now)],
    ],
    terminal,
  );
  const parts = [
    `${heading(`Service ${service.serviceName ?? ''}`, terminal)}${indented(fields)}`,
    section('deployments', peopleTable(deploymentColumns(now), service.deployments ?? [], inside), terminal),
    tasks.length > 0 &&
      section('hosts', peopleTable(hostColumns, byHost(tasks, instances), inside), terminal),
    service.events?.length && section('events', eventLines(service, hosts, inside, now), terminal),
  ];
  return parts.filter(Boolean).join('');
}

const section = (title: string, text: string, terminal: Terminal) =>
  `  ${terminal.style('dim', title)}\n${indented(text)}`;

function breakerText({ deploymentConfiguration }: Service): string | undefined {
  const { enable, rollback } = deploymentConfiguration?.deploymentCircuitBreaker ?? {};
  return enable ? `on${rollback ? ', rolls back' : ''}` : undefined;
}

/** Why tasks of a deployment fail that isn't over; among the events the line would be cut off. */
function failureText({ deployments = [], events = [] }: Service, hosts: HostNames): string | undefined {
  const fails = deployments.some(({ failedTasks = 0 }) => failedTasks > 0);
  const told = fails ? events.find(({ message = '' }) => message.includes(REASON)) : undefined;
  return told && eventText({ ...told, hosts }).split(REASON)[1];
}

const deploymentColumns = (now: number): Column<Deployment>[] => [
  { title: 'definition', of: (one) => nameOf(one.taskDefinition), shrinksTo: 12 },
  { title: 'status', of: (one) => one.status },
  {
    title: 'rollout',
    of: (one) => rolloutText(one.rolloutState),
    style: (one) => rolloutStyle(one.rolloutState),
  },
  { title: 'running', of: (one) => String(one.runningCount), right: true },
  { title: 'pending', of: (one) => String(one.pendingCount), right: true, leaves: 2 },
  {
    title: 'failed',
    of: (one) => String(one.failedTasks),
    right: true,
    leaves: 3,
    style: ({ failedTasks = 0 }) => (failedTasks > 0 ? 'red' : undefined),
  },
  { title: 'age', of: (one) => age(one.createdAt, now), right: true, leaves: 1 },
];

type HostNames = Record<string, string>;

/** By the ids that events have. */
function namesOf(instances: ServiceFacts['instances']): HostNames {
  const pairs = [...instances].map(([arn, instance]) => [nameOf(arn), hostName(instance) ?? nameOf(arn)]);
  return Object.fromEntries(pairs) as HostNames;
}

interface HostTasks {
  host: string;
  /** It doesn't answer: how its tasks are is how they were. */
  away: boolean;
  tasks: Task[];
}

const hostColumns: Column<HostTasks>[] = [
  {
    title: 'host',
    of: ({ host, away }) => (away ? `${host} (away)` : host),
    shrinksTo: 10,
    style: ({ away }) => (away ? 'red' : undefined),
  },
  { title: 'tasks', of: ({ tasks }) => String(tasks.length), right: true },
  { title: 'ids', of: ({ tasks }) => tasks.map(stateOf).join(' '), shrinksTo: 20 },
];

const stateOf = ({ taskArn, lastStatus, healthStatus }: Task): string => {
  const id = nameOf(taskArn).slice(0, 8);
  if (lastStatus !== 'RUNNING') return `${id}(${lastStatus?.toLowerCase()})`;
  return healthStatus === 'UNHEALTHY' ? `${id}(unhealthy)` : id;
};

function byHost(tasks: readonly Task[], instances: ServiceFacts['instances']): HostTasks[] {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    const arn = task.containerInstanceArn ?? '';
    groups.set(arn, [...(groups.get(arn) ?? []), task]);
  }
  return [...groups]
    .map(([arn, own]) => {
      const instance = instances.get(arn);
      const away = instance?.agentConnected === false;
      return { host: hostName(instance) ?? nameOf(arn), away, tasks: own };
    })
    .sort((a, b) => (a.host < b.host ? -1 : 1));
}

function eventLines({ events = [] }: Service, hosts: HostNames, terminal: Terminal, now: number): string {
  const shown = events.slice(0, EVENTS_SHOWN);
  const several = new Set(shown.flatMap(deploymentsIn)).size > 1;
  const ages = shown.map(({ createdAt }) => age(createdAt, now) ?? '');
  const width = Math.max(4, ...ages.map((text) => text.length));
  return shown
    .map((event, i) => {
      const line = `${ages[i]?.padStart(width)}  ${eventText({ ...event, hosts, several })}`;
      return `${shorten(line, terminal.width(), terminal)}\n`;
    })
    .join('');
}

/** The cluster that a service's ARN names. */
export const clusterOf = ({ clusterArn }: Pick<Service, 'clusterArn'>): string => nameOf(clusterArn);
