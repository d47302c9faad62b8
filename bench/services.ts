import { performance } from 'node:perf_hooks';
import { planService } from '../src/lib/services/plan.js';
import type { Deployment, Plan, Seen, Service, ServiceHost, ServiceTask } from '../src/lib/services/types.js';
import { median } from './measure.js';

/**
 * The service scheduler's planner alone, one thread: 1,000 services of 50 tasks each on 500 hosts in 3 zones, a fifth of
 * them in the midst of a rolling update, a tenth scaling in, with a host that drains and one that is given up. Then one
 * service of as many tasks as all of them that loses half of those. Prints how long all plans take.
 */
const rounds = 7;
const services = 1000;
const tasksEach = 50;
const hostCount = 500;
/** Milliseconds for all services. */
const goal = 1000;

const now = Date.UTC(2026, 0, 1);
const hour = 3_600_000;
const settings = { healthyAfter: 40_000, hostGrace: 120_000 };

const hosts = new Map(
  Array.from({ length: hostCount }, (_, index): [string, ServiceHost] => {
    const id = index.toString(16).padStart(32, '0');
    const zone = `zone-${'abc'.charAt(index % 3)}`;
    return [
      id,
      {
        id,
        name: `host${index}`,
        zone,
        draining: index === 1,
        awaySince: index === 2 ? now - hour : undefined,
        remaining: { cpu: 1024 + (index % 7) * 128, memory: 2048 },
        attributes: new Map([['ecs.availability-zone', zone]]),
      },
    ];
  }),
);
const ids = [...hosts.keys()];

function deployment(id: string, rest: Partial<Deployment> = {}): Deployment {
  return {
    id: `ecs-svc/${id}`,
    status: 'PRIMARY',
    rolloutState: 'COMPLETED',
    rolloutStateReason: '',
    outcome: 'SUCCESSFUL',
    createdAt: now - hour,
    updatedAt: now - hour,
    failedTasks: 0,
    mostHealthy: 0,
    ...rest,
  };
}

/** Those of one service lie on hosts next to each other. */
function tasksOf(service: number, count: number, deploymentId: string): ServiceTask[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${service}-${deploymentId}-${index}`.padStart(32, '0'),
    deployment: `ecs-svc/${deploymentId}`,
    instance: ids[(service * 7 + index) % hostCount]!,
    lastStatus: index % 25 === 24 ? ('PENDING' as const) : ('RUNNING' as const),
    createdAt: now - hour + index,
    startedAt: index % 25 === 24 ? undefined : now - hour + index + 5000,
    health: service % 2 === 0 ? ('HEALTHY' as const) : undefined,
  }));
}

function sketch(index: number): [Service, Seen] {
  const rolls = index % 5 === 0;
  const shrinks = index % 10 === 1;
  const service: Service = {
    name: `service${index}`,
    status: 'ACTIVE',
    scheduling: 'REPLICA',
    desiredCount: shrinks ? tasksEach / 2 : rolls ? tasksEach * 0.7 : tasksEach,
    minimumHealthyPercent: 50,
    maximumPercent: 150,
    healthCheckGracePeriod: 0,
    strategy: index % 4 === 1 ? [{ type: 'binpack', field: 'memory' }] : [],
    deployments: rolls
      ? [
          deployment('2', { rolloutState: 'IN_PROGRESS', outcome: 'IN_PROGRESS' }),
          deployment('1', { status: 'ACTIVE' }),
        ]
      : [deployment('1')],
  };
  const tasks = rolls
    ? [...tasksOf(index, tasksEach / 2, '1'), ...tasksOf(index, tasksEach / 2, '2')]
    : tasksOf(index, tasksEach, '1');
  return [service, { tasks, ended: [], hosts, frozen: false }];
}

function timed(all: readonly [Service, Seen][]): { took: number; plans: Plan[] } {
  const began = performance.now();
  const plans = all.map(([service, seen]) => planService(service, seen, settings, now));
  return { took: performance.now() - began, plans };
}

const many = Array.from({ length: services }, (_, index) => sketch(index));
const [model] = sketch(1);
const one: [Service, Seen] = [
  { ...model, desiredCount: (services * tasksEach) / 2, strategy: [] },
  { tasks: tasksOf(0, services * tasksEach, '1'), ended: [], hosts, frozen: false },
];

const ofMany: number[] = [];
const ofOne: number[] = [];
let plans: Plan[] = [];
for (let round = 0; round < rounds; round++) {
  const run = timed(many);
  plans = run.plans;
  ofMany.push(run.took);
  ofOne.push(timed([one]).took);
}
const sum = (count: (plan: Plan) => number) => plans.reduce((total, plan) => total + count(plan), 0);
const took = median(ofMany);
console.log(
  `${services} services, ${services * tasksEach} tasks   ${took.toFixed(0)} ms (median of ${rounds} rounds; the first ${ofMany[0]!.toFixed(0)} ms; ${sum(({ start }) => start.count)} to start, ${sum(({ stop }) => stop.length)} to stop); ${took <= goal ? 'ok' : 'TOO SLOW'}, at most ${goal}`,
);
console.log(`one service of ${services * tasksEach} that is halved ${median(ofOne).toFixed(0)} ms`);
if (took > goal) process.exitCode = 1;
