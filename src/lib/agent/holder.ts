import type { TaskDefinition } from '../api/types.js';
import type { CreateContainer, CreateHostConfig } from '../hosts/container-types.js';
import { defined, filled } from './docker-values.js';
import { dockerName, holderName } from './names.js';
import { pausePath } from './pause/image.js';
import { hasSecretFiles, heldBinds } from './secret-files.js';
import type { TaskSpec } from './types.js';

/** The namespaces that a task's containers share, which its holder has and they join. */
export interface Shared {
  network: boolean;
  pid: boolean;
  ipc: boolean;
}

/** What a task's containers share (ECS: networkMode awsvpc, pidMode task, ipcMode task); undefined where it is nothing. */
export function sharedNamespaces({ networkMode, pidMode, ipcMode }: TaskDefinition): Shared | undefined {
  const shared = { network: networkMode === 'awsvpc', pid: pidMode === 'task', ipc: ipcMode === 'task' };
  return shared.network || shared.pid || shared.ipc ? shared : undefined;
}

/** Whether a task has a container that holds something for the others: namespaces, or secrets in memory. */
export const hasHolder = (definition: TaskDefinition): boolean =>
  sharedNamespaces(definition) !== undefined || hasSecretFiles(definition);

/**
 * A task's holder as the body of Docker's create request: a container that does nothing, and never starts again, since
 * those that joined its namespaces would not come along. Where it holds the network, what Docker lets nobody say of a
 * container that joins one (name servers) is said here, for all of them. `image`: its id. Pure.
 */
export function holderOptions(
  spec: TaskSpec,
  image: string,
  network: string | undefined,
  labels: Record<string, string>,
): CreateContainer {
  const { definition, address } = spec;
  const shared = sharedNamespaces(definition);
  const containers = shared?.network ? (definition.containerDefinitions ?? []) : [];
  return {
    Image: image,
    Entrypoint: [pausePath],
    Labels: labels,
    StopSignal: 'SIGKILL',
    ...(network !== undefined &&
      address !== undefined && {
        NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } },
      }),
    HostConfig: defined<CreateHostConfig>({
      NetworkMode: network ?? 'none',
      IpcMode: shared?.ipc ? 'shareable' : 'private',
      RestartPolicy: { Name: 'no' },
      ReadonlyRootfs: true,
      Binds: filled(heldBinds(spec)),
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      LogConfig: { Type: 'none', Config: {} },
      Dns: filled(distinct(containers.flatMap(({ dnsServers = [] }) => dnsServers))),
      DnsSearch: filled(distinct(containers.flatMap(({ dnsSearchDomains = [] }) => dnsSearchDomains))),
    }),
  };
}

/** How a task's container joins what its task shares. To be spread over its other options. Pure. */
export function joinHolder(spec: TaskSpec): CreateHostConfig {
  const shared = sharedNamespaces(spec.definition);
  const holder = `container:${dockerName(spec, holderName)}`;
  return {
    ...(shared?.network && { NetworkMode: holder, Dns: undefined, DnsSearch: undefined }),
    ...(shared?.pid && { PidMode: holder }),
    ...(shared?.ipc && { IpcMode: holder }),
  };
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];
