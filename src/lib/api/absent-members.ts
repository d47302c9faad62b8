import type { EcsErrorCode } from './errors.js';
import type { OperationInput, OperationName } from './operations.js';

/** How ECS refuses an input without a member that it needs. */
export interface Absence {
  code: EcsErrorCode;
  text: string;
}

type Absences = { [O in OperationName]?: { [M in keyof OperationInput<O>]?: Absence } };

const refused = (text: string): Absence => ({ code: 'InvalidParameterException', text });

/** Seen of CreateService; RunTask and StartTask are taken to share it. */
const taskDefinition = refused('TaskDefinition can not be blank.');

/**
 * AWS's own texts, as answers of it pasted in public issue threads have them; members that are not here have none that was
 * found. Family: aws-actions/amazon-ecs-deploy-task-definition 630 (its code is that of RegisterTaskDefinition's
 * other refusals); containers:
 * awsdocs/aws-cloudformation-user-guide 454; instances: getmoto/moto 2473 and gchq/sleeper 3387; clusters: fog-aws.
 */
const absences: Absences = {
  RegisterTaskDefinition: {
    family: { code: 'ClientException', text: 'Family can not be blank.' },
    containerDefinitions: { code: 'ClientException', text: 'Container list cannot be empty.' },
  },
  DescribeTaskDefinition: { taskDefinition: refused('Task Definition can not be blank.') },
  DeregisterTaskDefinition: { taskDefinition: refused('Task Definition can not be blank.') },
  RunTask: { taskDefinition },
  StartTask: { taskDefinition, containerInstances: refused('Container Instances cannot be empty.') },
  DeleteCluster: { cluster: refused('Cluster can not be blank.') },
  DescribeTasks: { tasks: refused('Tasks cannot be empty.') },
  DescribeServices: { services: refused('Services cannot be empty.') },
  DescribeContainerInstances: { containerInstances: refused('Container instance cannot be empty.') },
};

/** How ECS refuses the input for the first member that it lacks; undefined where none, or no text of ECS's is known. */
export function absenceIn(operation: OperationName, input: unknown): Absence | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const members = Object.entries((absences[operation] ?? {}) as Record<string, Absence>);
  return members.find(([name]) => !Object.hasOwn(input, name))?.[1];
}
