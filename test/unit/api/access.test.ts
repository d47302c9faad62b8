import { expect, it } from 'vitest';
import { accessScopes, allows, type AccessScope, onlyReads, scopeOf } from '../../../src/lib/api/access.js';
import { type OperationName, operationNames } from '../../../src/lib/api/operations.js';

/** Written out, so that who adds an operation says who may call it. */
const table: Record<AccessScope, OperationName[]> = {
  read: [
    'DescribeCapacityProviders',
    'DescribeClusters',
    'DescribeContainerInstances',
    'DescribeEndpoints',
    'DescribeServiceDeployments',
    'DescribeServiceRevisions',
    'DescribeServices',
    'DescribeTaskDefinition',
    'DescribeTasks',
    'DescribeUsage',
    'GetTaskProtection',
    'ListAccountSettings',
    'ListAttributes',
    'ListClusters',
    'ListContainerInstances',
    'ListSecrets',
    'ListServiceDeployments',
    'ListServices',
    'ListServicesByNamespace',
    'ListTagsForResource',
    'ListTaskDefinitionFamilies',
    'ListTaskDefinitions',
    'ListTasks',
    'WaitTasks',
  ],
  run: [
    'CreateService',
    'DeleteService',
    'DeployService',
    'DeregisterTaskDefinition',
    'ExecuteCommand',
    'RegisterTaskDefinition',
    'RunTask',
    'StartTask',
    'StopServiceDeployment',
    'StopTask',
    'TagResource',
    'UntagResource',
    'UpdateService',
    'UpdateTaskProtection',
    // It sees to the services that it waits for.
    'WaitServices',
  ],
  admin: [
    'CreateAccessKey',
    'CreateCluster',
    'DeleteAccessKey',
    'DeleteAccountSetting',
    'DeleteAttributes',
    'DeleteCluster',
    'DeleteSecret',
    'DeleteTaskDefinitions',
    'DeregisterContainerInstance',
    'Doctor',
    'ExportState',
    'ImportState',
    'InstallController',
    'ListAccessKeys',
    'Prune',
    'PushImage',
    'PutAccountSetting',
    'PutAccountSettingDefault',
    'PutAttributes',
    'PutClusterCapacityProviders',
    'PutSecret',
    'Rebalance',
    'Reconcile',
    'Recover',
    'RegisterContainerInstance',
    'UpdateCluster',
    'UpdateClusterSettings',
    'UpdateContainerAgent',
    'UpdateContainerInstancesState',
    'WaitDrained',
  ],
};

it('each operation has its scope', () => {
  const had = Object.fromEntries(
    accessScopes.map((scope) => [scope, operationNames.filter((name) => scopeOf(name) === scope).sort()]),
  );
  expect(had).toEqual(table);
});

it.each([
  ['read', 'read', true],
  ['read', 'run', false],
  ['read', 'admin', false],
  ['run', 'read', true],
  ['run', 'run', true],
  ['run', 'admin', false],
  ['admin', 'read', true],
  ['admin', 'run', true],
  ['admin', 'admin', true],
] as const)('who has %s may do what takes %s: %s', (had, needed, may) =>
  expect(allows(had, needed)).toBe(may),
);

it('what a reader may call changes nothing', () => {
  for (const name of table.read) expect([name, onlyReads(name)]).toEqual([name, true]);
  for (const name of [...table.run, ...table.admin])
    expect([name, onlyReads(name)]).toEqual([name, name === 'ListAccessKeys']);
});
