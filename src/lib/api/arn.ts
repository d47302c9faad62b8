import { EcsError, otherCluster } from './errors.js';
import { shorten } from './shorten.js';

/** What ARNs are printed with; on input both are ignored. */
export interface Identity {
  region: string;
  account: string;
}

export const clusterArn = (identity: Identity, cluster: string) => arn(identity, 'cluster', cluster);

export const containerInstanceArn = (identity: Identity, cluster: string, id: string) =>
  arn(identity, 'container-instance', cluster, id);

export const taskArn = (identity: Identity, cluster: string, id: string) =>
  arn(identity, 'task', cluster, id);

export const taskDefinitionArn = (identity: Identity, family: string, revision: number) =>
  arn(identity, 'task-definition', `${family}:${revision}`);

/** `uuid` names the container within its task. */
export const containerArn = (identity: Identity, cluster: string, taskId: string, uuid: string) =>
  arn(identity, 'container', cluster, taskId, uuid);

export const serviceArn = (identity: Identity, cluster: string, service: string) =>
  arn(identity, 'service', cluster, service);

export const serviceDeploymentArn = (identity: Identity, cluster: string, service: string, id: string) =>
  arn(identity, 'service-deployment', cluster, service, id);

export const serviceRevisionArn = (identity: Identity, cluster: string, service: string, id: string) =>
  arn(identity, 'service-revision', cluster, service, id);

/** `id` is `ecs-svc/` and 19 digits. */
export const taskSetArn = (identity: Identity, cluster: string, service: string, id: string) =>
  arn(identity, 'task-set', cluster, service, id);

export const capacityProviderArn = (identity: Identity, name: string) =>
  arn(identity, 'capacity-provider', name);

/** Of a role given by its name, or by an ARN, which stays as it is. */
export const roleArn = ({ account }: Identity, role: string) =>
  role.startsWith('arn:') ? role : `arn:aws:iam::${account}:role/${role}`;

/** The name of a capacity provider given as name or ARN. Throws InvalidParameterException for another kind of ARN. */
export const capacityProviderName = (input: string): string =>
  pathOf(input, 'capacity-provider')?.[0] ?? input;

function arn({ region, account }: Identity, kind: string, ...path: string[]): string {
  return `arn:aws:ecs:${region}:${account}:${[kind, ...path].join('/')}`;
}

export interface ParsedArn extends Identity {
  /** `cluster`, `task`, `task-definition` … */
  kind: string;
  /** What follows the kind: `['CLUSTER', 'ID']` of a task, `['FAMILY:3']` of a definition. */
  path: string[];
}

/** An ECS ARN of any partition taken apart; undefined where the text is none. */
export function parseArn(text: string): ParsedArn | undefined {
  const match = /^arn:[a-z-]+:ecs:([^:]*):([^:]*):([a-z-]+)\/(.+)$/.exec(text);
  if (!match) return undefined;
  const [, region = '', account = '', kind = '', rest = ''] = match;
  return { region, account, kind, path: rest.split('/') };
}

/**
 * The name of a cluster given as name or ARN; `default` where none is given (ECS).
 * Throws InvalidParameterException for a name that no cluster can have, and for another kind of ARN.
 */
export function clusterName(input: string | undefined): string {
  if (input === undefined) return 'default';
  const name = pathOf(input, 'cluster')?.[0] ?? input;
  if (!namePattern.test(name)) {
    throw new EcsError(
      'InvalidParameterException',
      `Cluster must match ${namePattern.source}, but was ${shorten(name)}`,
    );
  }
  return name;
}

/**
 * The id in a task's id or ARN; what the id says is not checked further, since unknown tasks are an answer.
 * Throws InvalidParameterException for another kind of ARN, for a text that no task's id (or a part of one) can be,
 * and where the ARN is of another cluster than `cluster`.
 */
export function taskId(input: string, cluster?: string): string {
  const id = idOf(input, 'task', cluster);
  // Beginnings of ids are taken too, as Docker does; AWS wants whole ones, and says so (many threads).
  if (!/^[0-9a-f-]{1,36}$/i.test(id)) {
    throw new EcsError(
      'InvalidParameterException',
      'Task Identifier is invalid',
      `${shorten(input)} is neither a task's id nor its ARN${input.includes(',') ? '; spaces stand between several' : ''}`,
      { ecsText: 'taskId length should be one of [32,36]' },
    );
  }
  return id.toLowerCase();
}

/**
 * The id in a container instance's id or ARN, or the name of a host, which goes wherever an instance does.
 * Throws InvalidParameterException for another kind of ARN and for one of another cluster than `cluster`.
 */
export function instanceId(input: string, cluster?: string): string {
  return idOf(input, 'container-instance', cluster);
}

/** The name of a service given as name or ARN. Throws as `instanceId`. */
export function serviceName(input: string, cluster?: string): string {
  return idOf(input, 'service', cluster);
}

/** The cluster that the ARN of a task, instance or service names; undefined where it names none. */
export function clusterOfArn(input: string): string | undefined {
  const path = parseArn(input)?.path;
  return path && path.length > 1 ? path[0] : undefined;
}

function idOf(input: string, kind: string, cluster: string | undefined): string {
  const path = pathOf(input, kind);
  if (!path) return input;
  // ARNs of the time before 2018 have no cluster in them.
  const inArn = path.length > 1 ? path[0] : undefined;
  if (cluster !== undefined && inArn !== undefined && inArn !== cluster) throw otherCluster(inArn, cluster);
  return path.at(-1) ?? '';
}

/** What follows the kind in an ARN of that kind; undefined for a text that is no ARN. */
function pathOf(input: string, kind: string): string[] | undefined {
  if (!input.startsWith('arn:')) return undefined;
  const parsed = parseArn(input);
  if (parsed?.kind === kind) return parsed.path;
  const is = parsed ? `is the ARN of a ${parsed.kind}` : 'is not an ARN of ECS';
  throw new EcsError(
    'InvalidParameterException',
    `Invalid identifier: ${shorten(input, 200)} ${is}; a ${kind} was expected.`,
  );
}

export interface FamilyRevision {
  family: string;
  /** Absent: the latest active one. */
  revision?: number;
}

/**
 * `family`, `family:revision` or the ARN of a task definition.
 * Throws InvalidParameterException `Revision is missing.` and `Invalid revision number. Number: foo`, ClientException
 * `Family contains invalid characters.`, all three AWS's own texts.
 */
export function familyRevision(input: string): FamilyRevision {
  const [family = '', revision, ...rest] = (pathOf(input, 'task-definition')?.join('/') ?? input).split(':');
  if (!namePattern.test(family)) {
    throw new EcsError(
      'ClientException',
      'Family contains invalid characters.',
      `A family is 1 to 255 letters, digits, - and _`,
    );
  }
  if (revision === undefined) return { family };
  if (revision === '') throw revisionMissing(family);
  const number = [revision, ...rest].join(':');
  if (!/^[1-9]\d{0,8}$/.test(number)) {
    throw new EcsError('InvalidParameterException', `Invalid revision number. Number: ${shorten(number)}`);
  }
  return { family, revision: Number(number) };
}

/** As `familyRevision` where ECS wants the revision named (DeregisterTaskDefinition, DeleteTaskDefinitions). */
export function exactRevision(input: string): Required<FamilyRevision> {
  const { family, revision } = familyRevision(input);
  if (revision === undefined) throw revisionMissing(family);
  return { family, revision };
}

const revisionMissing = (family: string) =>
  new EcsError('InvalidParameterException', 'Revision is missing.', `Name it, as in ${family}:1`);

const namePattern = /^[a-zA-Z0-9\-_]{1,255}$/;

/** Whether a cluster, service, family or container may have this name (ECS: 1 to 255 letters, digits, `-` and `_`). */
export const isName = (text: string) => namePattern.test(text);
