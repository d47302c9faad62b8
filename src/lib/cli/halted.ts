import type { Deployment, Service } from '../api/types.js';
import { clusterFlag } from './cluster-flag.js';
import { count } from '../api/count.js';
import { nameOf } from './people-words.js';
import { clean } from './terminal-text.js';

interface Way {
  /** `FAMILY:REVISION` */
  to: string;
  command: string;
}

/** A service whose deployment a user has stopped where it was. */
export interface Halted {
  /** What runs, and what becomes of that. */
  state: string;
  /** The commands that roll it out all the same, and that go back to what ran before, where that is known. */
  on: Way;
  back?: Way;
}

/** undefined for a service that isn't so: `stop-service-deployment --stop-type ABORT` makes it that, and the next update ends it. */
export function haltedOf(service: Service): Halted | undefined {
  const { serviceName = '', clusterArn, deployments = [] } = service;
  const [primary, ...others] = deployments;
  if (primary === undefined || !/stopped by user \(ABORT\)/.test(primary.rolloutStateReason ?? ''))
    return undefined;
  const name = clean(serviceName);
  const newest = definitionOf(primary);
  const before = others.find(({ rolloutState }) => rolloutState === 'COMPLETED');
  const known = before && definitionOf(before);
  const update = `longshore update-service${clusterFlag(nameOf(clusterArn))} --service ${name}`;
  const kinds = deployments
    .map((one) => {
      const definition = definitionOf(one);
      const tasks = (one.runningCount ?? 0) + (one.pendingCount ?? 0);
      return {
        tasks,
        of: one !== primary && definition === newest ? `${definition} from before` : definition,
      };
    })
    .filter(({ tasks }, i) => i === 0 || tasks > 0)
    .map(({ tasks, of }, i) => (i === 0 ? `${count(tasks, 'task')} of ${of}` : `${tasks} of ${of}`));
  const fate = known === undefined ? 'nothing is started' : `what ends is replaced by tasks of ${known}`;
  return {
    state: `${name} runs ${listed(kinds)}, and stays so: ${fate}`,
    on: { to: newest, command: `${update} --force-new-deployment` },
    ...(known !== undefined &&
      known !== newest && { back: { to: known, command: `${update} --task-definition ${known}` } }),
  };
}

/** The same, as a verb says it. */
export const haltedLines = ({ state, on, back }: Halted): string[] => [
  state,
  `on to ${on.to}: ${on.command}`,
  ...(back ? [`back to ${back.to}: ${back.command}`] : []),
];

const definitionOf = ({ taskDefinition }: Deployment): string => clean(nameOf(taskDefinition));

/** `a, b and c` */
const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
