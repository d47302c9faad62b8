import type { OperationName } from './operations.js';

/** What an access key may do; each may do what those before it may. */
export const accessScopes = ['read', 'run', 'admin'] as const;

export type AccessScope = (typeof accessScopes)[number];

/** Beside what describes, lists and gets: it changes nothing either. */
const reading: ReadonlySet<OperationName> = new Set(['WaitTasks']);
/** What it lists is for whoever may make it. */
const notForReaders: ReadonlySet<OperationName> = new Set(['ListAccessKeys']);

/** What deploying takes: tasks, services and their definitions. Who may start containers of any kind is root on the hosts. */
const running: ReadonlySet<OperationName> = new Set([
  'RunTask',
  'StartTask',
  'StopTask',
  'ExecuteCommand',
  'RegisterTaskDefinition',
  'DeregisterTaskDefinition',
  'CreateService',
  'UpdateService',
  'DeleteService',
  'DeployService',
  'StopServiceDeployment',
  'UpdateTaskProtection',
  'WaitServices',
  'TagResource',
  'UntagResource',
]);

/** Whether it changes nothing. */
export const onlyReads = (operation: OperationName): boolean =>
  /^(Describe|List|Get)/.test(operation) || reading.has(operation);

/** What a caller must have to call an operation. */
export function scopeOf(operation: OperationName): AccessScope {
  if (notForReaders.has(operation)) return 'admin';
  if (onlyReads(operation)) return 'read';
  return running.has(operation) ? 'run' : 'admin';
}

export const allows = (had: AccessScope, needed: AccessScope): boolean =>
  accessScopes.indexOf(had) >= accessScopes.indexOf(needed);
