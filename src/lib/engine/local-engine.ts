import type { OperationInput, OperationName, OperationOutput } from '../api/operations.js';
import { validateInput } from '../api/validate.js';
import { createAccessKey, deleteAccessKey, listAccessKeys } from './access-keys.js';
import * as settings from './account-settings.js';
import * as attributes from './attributes.js';
import { asEcsError } from './checks.js';
import { describeCapacityProviders, putClusterCapacityProviders } from './capacity-providers.js';
import * as clusters from './clusters.js';
import * as instances from './container-instances.js';
import { deleteTaskDefinitions } from './delete-task-definitions.js';
import { deleteCluster } from './delete-cluster.js';
import { installController } from './controller/install-controller.js';
import { deregisterContainerInstance } from './deregister-instance.js';
import { listTaskDefinitionFamilies } from './families.js';
import { doctor } from './doctor/doctor.js';
import { executeCommand, refuseWithoutStreams } from './execute-command.js';
import { checkLimits } from './input-limits.js';
import { pushImage } from './push-image/push-image.js';
import { taskLogs } from './logs/logs.js';
import { prune } from './prune/prune.js';
import { reconcile } from './reconcile.js';
import { recover } from './recover.js';
import { registerContainerInstance } from './register-instance.js';
import { runTask } from './run-task.js';
import * as state from './state.js';
import { deleteSecret, listSecrets, putSecret } from './secrets/secrets.js';
import { createService } from './services/create-service.js';
import { deleteService } from './services/delete-service.js';
import { deployService } from './services/deploy-service.js';
import { describeEndpoints } from './services/endpoints.js';
import { rebalance } from './services/rebalance.js';
import * as deployments from './services/service-deployments.js';
import * as services from './services/services.js';
import * as protection from './services/task-protection.js';
import { updateService } from './services/update-service.js';
import { waitDrained } from './services/wait-drained.js';
import { waitServices } from './services/wait-services.js';
import { startTask } from './start-task.js';
import { stopTask } from './stop-task.js';
import * as tags from './tags.js';
import * as definitions from './task-definitions.js';
import * as tasks from './tasks.js';
import { describeUsage } from './usage.js';
import { waitTasks } from './wait.js';
import type { EngineContext } from './context.js';
import type { Engine } from './engine.js';

type Handler<K extends OperationName> = (
  input: OperationInput<K>,
  ctx: EngineContext,
) => Promise<OperationOutput<K>>;

/** What each operation does: the engine's side of the operation table. */
export const handlers: { [K in OperationName]: Handler<K> } = {
  CreateCluster: clusters.createCluster,
  DescribeClusters: clusters.describeClusters,
  ListClusters: clusters.listClusters,
  DeleteCluster: deleteCluster,
  UpdateCluster: clusters.updateCluster,
  UpdateClusterSettings: clusters.updateCluster,
  RegisterContainerInstance: registerContainerInstance,
  DeregisterContainerInstance: deregisterContainerInstance,
  DescribeContainerInstances: instances.describeContainerInstances,
  ListContainerInstances: instances.listContainerInstances,
  UpdateContainerInstancesState: instances.updateContainerInstancesState,
  PutAttributes: attributes.putAttributes,
  DeleteAttributes: attributes.deleteAttributes,
  ListAttributes: attributes.listAttributes,
  UpdateContainerAgent: instances.updateContainerAgent,
  RegisterTaskDefinition: definitions.registerTaskDefinition,
  DeregisterTaskDefinition: definitions.deregisterTaskDefinition,
  DescribeTaskDefinition: definitions.describeTaskDefinition,
  ListTaskDefinitions: definitions.listTaskDefinitions,
  ListTaskDefinitionFamilies: listTaskDefinitionFamilies,
  DeleteTaskDefinitions: deleteTaskDefinitions,
  RunTask: runTask,
  StartTask: startTask,
  StopTask: stopTask,
  ListTasks: tasks.listTasks,
  DescribeTasks: tasks.describeTasks,
  CreateService: createService,
  UpdateService: updateService,
  DeleteService: deleteService,
  DescribeServices: services.describeServices,
  ListServices: services.listServices,
  ListServicesByNamespace: services.listServicesByNamespace,
  ListServiceDeployments: deployments.listServiceDeployments,
  DescribeServiceDeployments: deployments.describeServiceDeployments,
  DescribeServiceRevisions: deployments.describeServiceRevisions,
  StopServiceDeployment: deployments.stopServiceDeployment,
  UpdateTaskProtection: protection.updateTaskProtection,
  GetTaskProtection: protection.getTaskProtection,
  DescribeCapacityProviders: describeCapacityProviders,
  PutClusterCapacityProviders: putClusterCapacityProviders,
  TagResource: tags.tagResource,
  UntagResource: tags.untagResource,
  ListTagsForResource: tags.listTagsForResource,
  ExecuteCommand: refuseWithoutStreams,
  PutAccountSetting: settings.putAccountSetting,
  PutAccountSettingDefault: settings.putAccountSettingDefault,
  ListAccountSettings: settings.listAccountSettings,
  DeleteAccountSetting: settings.deleteAccountSetting,
  PutSecret: putSecret,
  ListSecrets: listSecrets,
  DeleteSecret: deleteSecret,
  CreateAccessKey: createAccessKey,
  ListAccessKeys: listAccessKeys,
  DeleteAccessKey: deleteAccessKey,
  WaitTasks: waitTasks,
  WaitServices: waitServices,
  WaitDrained: waitDrained,
  DeployService: deployService,
  DescribeUsage: describeUsage,
  DescribeEndpoints: describeEndpoints,
  Rebalance: rebalance,
  Reconcile: reconcile,
  InstallController: installController,
  Prune: prune,
  Recover: recover,
  PushImage: pushImage,
  Doctor: doctor,
  ExportState: state.exportState,
  ImportState: state.importState,
};

/** The engine over a store and hosts of this process. `close` ends what the context holds open. */
export function createLocalEngine(ctx: EngineContext, close: () => Promise<void>): Engine {
  return {
    async call(operation, input, { signal } = {}) {
      const valid = await validateInput(operation, input);
      checkLimits(operation, valid);
      try {
        return await handlers[operation](valid, signal === undefined ? ctx : alsoEndedBy(ctx, signal));
      } catch (error) {
        throw asEcsError(error);
      }
    },
    logs: (request) => taskLogs(request, ctx),
    async execute({ terminal, ...input }) {
      const valid = await validateInput('ExecuteCommand', input);
      checkLimits('ExecuteCommand', valid);
      return executeCommand({ ...valid, terminal }, ctx);
    },
    close,
  };
}

const alsoEndedBy = (ctx: EngineContext, signal: AbortSignal): EngineContext => ({
  ...ctx,
  signal: AbortSignal.any([ctx.signal, signal]),
});
