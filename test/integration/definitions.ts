import type {
  ContainerDefinition,
  RegisterTaskDefinitionRequest,
  RegisterTaskDefinitionResponse,
} from '../../src/lib/api/types.js';
import type { User } from './longshore.js';

/** A container that does nothing for ten minutes, unless told otherwise. */
export function container(changes: Partial<ContainerDefinition> = {}): ContainerDefinition {
  return {
    name: 'main',
    image: 'busybox',
    cpu: 64,
    memory: 16,
    essential: true,
    command: ['sleep', '600'],
    // As process 1, busybox's programs don't hear SIGTERM.
    stopTimeout: 1,
    ...changes,
  };
}

/** A container that answers HTTP on its port 80 with a text. */
export function web(text: string, changes: Partial<ContainerDefinition> = {}): ContainerDefinition {
  const command = ['sh', '-c', `echo '${text}' > /www/index.html; exec httpd -f -p 80 -h /www`];
  return container({ name: 'web', command, ...changes });
}

/** Registers a definition of these containers. Returns `family:revision`. */
export async function register(
  user: User,
  family: string,
  containers: ContainerDefinition[],
  changes: Partial<RegisterTaskDefinitionRequest> = {},
): Promise<string> {
  const file = user.write(`${family}.json`, { family, containerDefinitions: containers, ...changes });
  const answer = await user.json<RegisterTaskDefinitionResponse>(
    'register-task-definition',
    '--cli-input-json',
    `file://${file}`,
  );
  return `${family}:${answer.taskDefinition?.revision}`;
}
