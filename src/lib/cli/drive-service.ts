import { limits } from '../api/limits.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { Service } from '../api/types.js';
import type { Engine } from '../engine/engine.js';
import { clusterFlag } from './cluster-flag.js';
import { EXIT } from './exit-codes.js';
import { switchFlag, textFlag, type CliFlags } from './flag.js';
import { haltedLines, haltedOf } from './halted.js';
import { notifierOf, notifyFlags } from './notify.js';
import { count } from '../api/count.js';
import { nameOf } from './people-words.js';
import { timeoutOf } from './run-options.js';
import type { Session } from './session.js';
import { failureLines } from './task-failures.js';
import { shortDefinition, shortName } from './short-names.js';
import { clean } from './terminal-text.js';
import type { Terminal } from './terminal.js';

/** Seconds: as long as the AWS CLI waits for services-stable. */
const PATIENCE = 600;

const helpGroup = 'longshore';

/** Of verbs that change a service. */
export const driveFlags: CliFlags = {
  ...notifyFlags,
  'no-wait': switchFlag('Only record it; a reconciler, or the next verb that waits, carries it out', {
    helpGroup,
  }),
  timeout: textFlag('Stop driving it after this time, such as 90s or 2h (default 10m)', {
    helpGroup,
    helpValue: '<time>',
  }),
};

type Waited = OperationOutput<'WaitServices'>;
type Outcome = Waited['outcomes'][number];

/** A service as it is when the verb ends, and the verb's exit code. */
export interface Driven {
  service: Service | undefined;
  code: number;
}

/** What follows a change of a service, if there is one. */
export async function driveService(
  changed: Service | undefined,
  cluster: string | undefined,
  session: Session,
  until: Until = 'STEADY',
): Promise<Driven> {
  const { services, code } = await driveServices(changed ? [changed] : [], cluster, session, until);
  return { service: services[0] ?? changed, code };
}

/**
 * What follows a change of services: drives them until they are steady (or gone), unless --no-wait says otherwise or an endpoint
 * answers, which does that itself. Says how it ended, and whether anybody watches from now on: where nobody does, what is only
 * recorded waits. A host that doesn't answer keeps what runs there, so the verb has done its work partly.
 */
export async function driveServices(
  changed: readonly Service[],
  cluster: string | undefined,
  session: Session,
  until: Until = 'STEADY',
): Promise<{ services: Service[]; code: number }> {
  const timeout = timeoutOf(session.words) ?? PATIENCE;
  const names = changed.flatMap(({ serviceName }) => serviceName ?? []);
  if (session.remote || names.length === 0) return { services: [], code: EXIT.done };
  const engine = await session.engine();
  const deployments = changed.flatMap(
    (one) => one.deployments?.find(({ status }) => status === 'PRIMARY')?.id ?? [],
  );
  const areNamed = until === 'STEADY' && deployments.length === names.length;
  const wait = (seconds: number) =>
    waitInParts(engine, {
      cluster,
      services: names,
      ...(areNamed && { deployments }),
      until,
      timeout: seconds,
    });
  if (session.words.given.get('no-wait') === true) {
    const { watched } = await wait(0);
    if (!watched) tellNote(notBegun(names, cluster, until), session);
    return { services: [], code: EXIT.done };
  }
  const notifier = notifierOf(session);
  const waited = await wait(timeout);
  await notifier?.end();
  const codes = waited.outcomes.map((outcome) => {
    const service = waited.services.find(({ serviceName }) => serviceName === outcome.serviceName);
    const verb = waitVerb([outcome.serviceName], cluster, until);
    return tellOutcome(outcome, { until, service, timeout, verb }, session);
  });
  const code = codes.find((each) => each !== EXIT.done) ?? EXIT.done;
  for (const line of leftLines(waited, cluster, session)) session.progress.talk(line);
  const isThere = waited.outcomes.some(({ state }) => state !== 'MISSING');
  if (until === 'STEADY' && isThere && !waited.watched)
    tellNote('not watched: no lost task is replaced; see longshore install-controller', session);
  return {
    services: waited.services,
    code: code === EXIT.done && waited.unreachable.length > 0 ? EXIT.partly : code,
  };
}

type Until = 'STEADY' | 'INACTIVE';

const MOST = limits.servicesPerWait.ours;

/** One wait after another, within the same time: a verb may change more services than one wait takes. */
async function waitInParts(
  engine: Engine,
  { services, deployments, timeout, ...rest }: OperationInput<'WaitServices'> & { timeout: number },
): Promise<Waited> {
  const begun = performance.now();
  const parts: Waited[] = [];
  for (let at = 0; at < services.length; at += MOST) {
    const past = Math.floor((performance.now() - begun) / 1000);
    const part = await engine.call('WaitServices', {
      ...rest,
      services: services.slice(at, at + MOST),
      ...(deployments && { deployments: deployments.slice(at, at + MOST) }),
      timeout: Math.max(0, timeout - past),
    });
    parts.push(part);
  }
  return {
    services: parts.flatMap((part) => part.services),
    failures: parts.flatMap((part) => part.failures),
    outcomes: parts.flatMap((part) => part.outcomes),
    watched: parts.every(({ watched }) => watched),
    unreachable: parts.flatMap((part) => part.unreachable),
  };
}

/** What goes on with services. */
function waitVerb(names: readonly string[], cluster: string | undefined, until: Until): string {
  if (names.length > MOST) return `longshore reconcile${clusterFlag(cluster)}`;
  return `longshore wait services-${until === 'STEADY' ? 'stable' : 'inactive'}${clusterFlag(cluster)} --services ${clean(names.join(' '))}`;
}

function notBegun(names: readonly string[], cluster: string | undefined, until: Until): string {
  const what = until === 'STEADY' ? 'started or stopped' : 'stopped';
  return `not watched: nothing is ${what} until ${waitVerb(names, cluster, until)}`;
}

/** What was stopped or replaced, and may serve on all the same. */
function leftLines(
  { unreachable, watched }: Waited,
  cluster: string | undefined,
  { progress }: Session,
): string[] {
  const by = watched ? '' : ` by longshore reconcile${clusterFlag(cluster)}`;
  return unreachable.flatMap(({ host, left }) => {
    if (left.length === 0 && !progress.failedHosts.has(host)) return [`${clean(host)} does not answer`];
    return left.map(({ taskDefinition, count: n }) => {
      const are = n === 1 ? 'it is' : 'they are';
      return `${count(n, 'task')} of ${clean(taskDefinition)} may still run on ${clean(host)}, which does not answer; ${are} stopped${by} when it is back`;
    });
  });
}

/** What an outcome is told with. */
interface Told {
  until: Until;
  service: Service | undefined;
  /** Seconds. */
  timeout: number;
  verb: string;
}

/** Says how it ended, where it isn't as was asked. Returns the exit code. */
function tellOutcome(outcome: Outcome, { until, service, timeout, verb }: Told, session: Session): number {
  const { progress } = session;
  const name = clean(outcome.serviceName);
  if (outcome.state === until) return EXIT.done;
  switch (outcome.state) {
    case 'ROLLED_BACK':
      tellFailures(outcome.failedTasks, session);
      progress.talk(
        `${name}: the deployment ${endOf(outcome)} and was rolled back to ${nameOf(service?.taskDefinition)}`,
      );
      return EXIT.refused;
    case 'FAILED':
      tellFailures(outcome.failedTasks, session);
      for (const line of failedLines(outcome, service)) progress.talk(line);
      return EXIT.refused;
    case 'REPLACED':
      progress.talk(`${name}: another deployment has taken the place of this one`);
      return EXIT.refused;
    case 'FAILING':
      tellFailures(outcome.failedTasks, session);
      progress.talk(
        `${name}: its tasks fail one after the other, and the service has no circuit breaker that would end that`,
      );
      progress.talk(
        `${name}: they are tried again whenever somebody reconciles; mend it with longshore deploy or update-service, or take it away: longshore delete-service --service ${name} --force`,
      );
      return EXIT.refused;
    case 'ROLLING_BACK':
    case 'UNDER_WAY':
      tellFailures(outcome.failedTasks, session);
      if (session.interrupts.by === undefined)
        progress.talk(`${name}: not ${until === 'STEADY' ? 'steady' : 'gone'} after ${timeout} s`);
      progress.talk(
        outcome.state === 'UNDER_WAY'
          ? `${name}: what was asked for stands; ${verb} goes on with it`
          : `${name}: the deployment ${endOf(outcome)} and is being rolled back to ${nameOf(service?.taskDefinition)}; ${verb} goes on with it`,
      );
      return EXIT.refused;
    default:
      progress.talk(`${name}: the service is ${outcome.state}`);
      return EXIT.refused;
  }
}

/** Of a deployment that was gone back from nowhere: it has failed, or a user has stopped it where it was. */
function failedLines({ serviceName, reason = '' }: Outcome, service: Service | undefined): string[] {
  const halted = service && haltedOf(service);
  return halted ? haltedLines(halted) : [`${clean(serviceName)}: the deployment failed: ${clean(reason)}`];
}

const endOf = ({ reason = '' }: Outcome) => (/stopped by user/i.test(reason) ? 'was stopped' : 'failed');

function tellFailures(failedTasks: Outcome['failedTasks'], { progress, terminal }: Session): void {
  for (const { text, quiet } of failureLines(failedTasks, (cause) => progress.hasTold(cause)))
    progress.talk(quiet ? terminal.talkStyle('dim', text) : text);
}

function tellNote(note: string, { progress, terminal }: Session): void {
  progress.talk(`${terminal.talkStyle('dim', 'note:')} ${note}`);
}

/** What is now true, in one line: `web: 3 of 3 running web:4`. */
export function serviceLine(service: Service | undefined, terminal: Pick<Terminal, 'unicode'>): string {
  if (service === undefined) return '';
  const { serviceName = '', desiredCount = 0, taskDefinition, deployments = [] } = service;
  const [primary, ...others] = deployments;
  const definition = (one: Pick<Service, 'taskDefinition'>) =>
    shortDefinition(nameOf(one.taskDefinition), terminal);
  const { runningCount = 0, pendingCount = 0 } = primary ?? service;
  const before = others
    .filter((one) => (one.runningCount ?? 0) > 0)
    .map((one) => `${one.runningCount} running ${definition(one)}`);
  const facts = [
    `${runningCount} of ${desiredCount} running ${definition({ taskDefinition })}`,
    pendingCount > 0 && `${pendingCount} pending`,
    ...before,
  ];
  return `${shortName(serviceName, terminal)}: ${facts.filter(Boolean).join(', ')}\n`;
}
