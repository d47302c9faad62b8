import { operationOfCommand, Operations, type OperationFacts } from '../api/operations.js';

/** What verbs are about; each verb belongs to one topic. */
export interface Topic {
  name: string;
  title: string;
  /** What a newcomer has to know before the verbs make sense. */
  about: string;
  /** Its verbs, by name. */
  verbs: RegExp;
  /** Other words for it. */
  also?: RegExp;
}

/** In the order of a first day. A verb of ECS that no other takes is of `settings`, one of ours is of `ours`. */
export const TOPICS: readonly Topic[] = [
  {
    name: 'clusters',
    title: 'clusters',
    about:
      'A cluster is a set of hosts that tasks are placed on. Verbs work on the one named default unless --cluster names another. create-cluster makes one of the hosts that you name and remembers it in the state, a file on this machine.',
    verbs: /-clusters?(-settings)?$/,
    also: /^cluster$/,
  },
  {
    name: 'instances',
    title: 'instances (hosts)',
    about:
      "A container instance is a host: a machine with a Docker engine that you reach by SSH, or this machine's own engine. Nothing is installed on it. Its name goes wherever ECS takes a container instance. DRAINING keeps new tasks away from it before you take it out.",
    verbs: /-container-instances?(-state)?$|-attributes$|^update-container-agent$|^doctor$|^push-image$/,
    also: /^(hosts?|instance|container-instances?)$/,
  },
  {
    name: 'definitions',
    title: 'task definitions',
    about:
      "A task definition says what to run: images, commands, memory, ports, in ECS's own format. Registering it makes a new revision of its family. FAMILY means the latest revision, FAMILY:3 that one.",
    verbs: /-task-definitions?$|^list-task-definition-families$/,
    also: /^(definition|task-definitions?)$/,
  },
  {
    name: 'tasks',
    title: 'tasks',
    about:
      'A task is a running copy of a task definition: one or several containers on one host that has room for them. run-task finds the host; --dry-run says which it would be, and why not the others. Tasks are named by their ids or the beginnings of them. The containers of a stopped task stay for three hours, so that its logs can be read.',
    verbs: /-tasks?$|^logs$|^execute-command$|^wait tasks-/,
    also: /^task$/,
  },
  {
    name: 'services',
    title: 'services',
    about:
      'A service keeps so many tasks of a definition running, and rolls them to new revisions within its percentages. A verb that changes one drives it until it is steady; after that reconcile keeps it, once or with --watch, and where nobody does each engine still starts again what crashes.',
    verbs:
      /-services?$|-service-(deployments?|revisions)$|-task-protection$|^wait services-|^deploy$|^endpoints$|^rebalance$|^reconcile$|^install-controller$/,
    also: /^service$/,
  },
  {
    name: 'secrets',
    title: 'secrets',
    about:
      "A secret is a value that tasks get by its name: in the environment where a definition's secrets say valueFrom, or as a password of a registry. Secrets are kept encrypted in the state; names that are not there are looked for in the environment (LONGSHORE_SECRET_NAME) and with a command of yours.",
    verbs: /-secrets?$/,
    also: /^secret$/,
  },
  {
    name: 'settings',
    title: 'tags and settings',
    about:
      'Tags are words of yours on clusters, hosts, definitions and tasks. Account settings are kept as in ECS; here the state stands for the account.',
    verbs: /^(un)?tag-resource$|^list-tags-for-resource$|-account-settings?(-default)?$/,
    also: /^(tags?|setting|account)$/,
  },
  {
    name: 'ours',
    title: "ours (what ECS doesn't have)",
    about:
      "What runs is written on the hosts themselves. reconcile settles what was left half-done, prune removes what stopped tasks have left, recover brings a lost state back from the hosts, and the state verbs show, back up and restore the file that keeps it. Of each topic above, too, a few verbs are Longshore's own.",
    verbs: /^(?!)/,
    also: /^(our|longshore)$/,
  },
];

/** The topic that a word names. */
export const topicNamed = (word: string): Topic | undefined =>
  TOPICS.find(({ name, also }) => name === word || also?.test(word));

/** The topic of a verb, `state export` where it has two words. */
export function topicOfVerb(verb: string): Topic {
  const found = TOPICS.find(({ verbs }) => verbs.test(verb));
  return found ?? (topicNamed(isOurs(verb) ? 'ours' : 'settings') as Topic);
}

function isOurs(verb: string): boolean {
  const operation = operationOfCommand(verb);
  return operation === undefined || (Operations[operation] as OperationFacts).ours === true;
}
