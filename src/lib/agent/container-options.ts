import { overridden, overriddenContainer } from '../api/overrides.js';
import type { ContainerDefinition, NetworkBinding, TaskDefinition } from '../api/types.js';
import type { CreateContainer, CreateHostConfig } from '../hosts/container-types.js';
import { bindingsOf, singlePorts } from './bindings.js';
import { defined, filled } from './docker-values.js';
import { joinHolder } from './holder.js';
import { userLabels } from './labels.js';
import { linuxOptions } from './linux-parameters.js';
import { logConfig } from './log-config.js';
import { metadataOptions } from './metadata-file.js';
import { dockerName } from './names.js';
import { environmentOf, type Resolved } from './resolved.js';
import { restartPolicy } from './restart-policy.js';
import { mountOptions } from './task-volumes.js';
import type { TaskSpec } from './types.js';

/** Seconds between stop signal and SIGKILL where the definition says nothing (ECS_CONTAINER_STOP_TIMEOUT). */
export const defaultStopTimeout = 30;

/** Docker Engine 20.10 refuses less; ECS's agent raised to 4 MiB, the minimum of its time. */
const minMemoryMiB = 6;
/** The kernel's bounds of cpu.shares, to which ECS's agent clamps too: no `cpu`, 0 and 1 give 2. */
const cpuShares = { min: 2, max: 262_144 };
const cfsPeriod = 100_000;

/**
 * One container of a task as the body of Docker's create request, after ECS's agent (dockerTaskEngine, task.go).
 * `labels` are ours and win over the user's `dockerLabels`; `resolved` is what the client found for its references. Pure.
 */
export function containerOptions(
  spec: TaskSpec,
  registered: ContainerDefinition,
  labels: Record<string, string>,
  resolved?: Resolved,
): CreateContainer {
  const definition = overriddenContainer(registered, spec.overrides);
  const bindings = singlePorts(bindingsOf(spec, definition.name ?? ''));
  const metadata = metadataOptions(spec, definition.name ?? '');
  return defined({
    Image: definition.image ?? '',
    Hostname: definition.hostname,
    User: definition.user,
    Cmd: filled(definition.command),
    Entrypoint: filled(definition.entryPoint),
    Env: environmentOf(definition, resolved, metadata.environment),
    ...metadata.volumes,
    WorkingDir: definition.workingDirectory,
    Labels: { ...userLabels(definition.dockerLabels), ...labels },
    ExposedPorts: Object.fromEntries(bindings.map((binding) => [portKey(binding), {}])),
    StopTimeout: definition.stopTimeout ?? defaultStopTimeout,
    OpenStdin: definition.interactive,
    Tty: definition.pseudoTerminal,
    NetworkDisabled: definition.disableNetworking,
    Healthcheck: healthCheck(definition),
    HostConfig: hostConfig(spec, definition, bindings, resolved),
  });
}

/**
 * ECS ignores the image's own health check; only the definition's counts. Seconds and counts are ECS's, with its defaults;
 * Docker's times are nanoseconds.
 */
function healthCheck({ healthCheck: check }: ContainerDefinition) {
  if (!check?.command?.length) return { Test: ['NONE'] };
  const { command, interval = 30, timeout = 5, retries = 3, startPeriod = 0 } = check;
  const nanoseconds = (seconds: number) => seconds * 1e9;
  return {
    Test: [...command],
    Interval: nanoseconds(interval),
    Timeout: nanoseconds(timeout),
    Retries: retries,
    StartPeriod: nanoseconds(startPeriod),
  };
}

/** Splits `name:alias`; the alias is the name where none is given. */
function parseLink(link: string): { container: string; alias: string } {
  const [container = '', alias = ''] = link.split(':');
  return { container, alias: alias || container };
}

function hostConfig(
  spec: TaskSpec,
  definition: ContainerDefinition,
  bindings: readonly NetworkBinding[],
  resolved: Resolved | undefined,
): CreateHostConfig {
  const task = overridden(spec.definition, spec.overrides);
  const network = task.networkMode ?? 'bridge';
  const memory = definition.memory ?? amount(task.memory);
  return defined({
    CpuShares: Math.min(cpuShares.max, Math.max(cpuShares.min, definition.cpu ?? 0)),
    ...cpuLimit(task.cpu),
    Memory: bytes(memory),
    MemoryReservation: bytes(definition.memoryReservation),
    PortBindings: network === 'bridge' ? portBindings(bindings) : undefined,
    Links: filled(
      (definition.links ?? []).map((link) => {
        const { container, alias } = parseLink(link);
        return `${dockerName(spec, container)}:${alias}`;
      }),
    ),
    NetworkMode: network,
    PidMode: task.pidMode,
    IpcMode: task.ipcMode,
    RestartPolicy: restartPolicy(definition),
    Privileged: definition.privileged,
    ReadonlyRootfs: definition.readonlyRootFilesystem,
    ExtraHosts: filled(definition.extraHosts?.map((entry) => `${entry.hostname}:${entry.ipAddress}`)),
    Dns: filled(definition.dnsServers),
    DnsSearch: filled(definition.dnsSearchDomains),
    SecurityOpt: filled(definition.dockerSecurityOptions),
    Ulimits: filled(
      definition.ulimits?.map(({ name, softLimit, hardLimit }) => ({
        Name: name,
        Soft: softLimit,
        Hard: hardLimit,
      })),
    ),
    LogConfig: logConfig(definition, spec.logs ?? {}, resolved?.logOptions),
    ...linuxOptions(definition, memory),
    ...mountOptions(spec, definition),
    DeviceRequests: filled(deviceRequests(spec, task, definition)),
    ...joinHolder(spec),
  });
}

/**
 * `cpu` of the task is a hard limit. ECS sets it on a cgroup around the task, which no Docker request can make: here it
 * bounds each container, which is the same for a task of one. Its memory bounds each container that has no limit of its
 * own, for the same reason.
 */
function cpuLimit(cpu: string | undefined): CreateHostConfig {
  const units = amount(cpu);
  return units === undefined
    ? {}
    : { CpuPeriod: cfsPeriod, CpuQuota: Math.round((units / 1024) * cfsPeriod) };
}

/** Each container has GPUs of its own: in the order of the containers, out of those that were chosen for the task. */
function deviceRequests(
  { resources: { gpuIds = [] } }: TaskSpec,
  { containerDefinitions = [] }: TaskDefinition,
  { name }: ContainerDefinition,
): CreateHostConfig['DeviceRequests'] {
  const counts = containerDefinitions.map(gpusOf);
  const own = containerDefinitions.findIndex((container) => container.name === name);
  const first = counts.slice(0, own).reduce((sum, count) => sum + count, 0);
  const ids = gpuIds.slice(first, first + (counts[own] ?? 0));
  if (ids.length === 0) return [];
  return [{ Driver: 'nvidia', DeviceIDs: ids.map(String), Capabilities: [['gpu']] }];
}

function gpusOf({ resourceRequirements = [] }: ContainerDefinition): number {
  return resourceRequirements.reduce((sum, { type, value }) => sum + (type === 'GPU' ? Number(value) : 0), 0);
}

function bytes(mebibytes: number | undefined): number | undefined {
  return mebibytes ? Math.max(mebibytes, minMemoryMiB) * 1024 ** 2 : undefined;
}

function amount(text: string | undefined): number | undefined {
  const value = Number(text ?? 0);
  return value > 0 ? value : undefined;
}

function portBindings(bindings: readonly NetworkBinding[]): CreateHostConfig['PortBindings'] {
  const byPort: NonNullable<CreateHostConfig['PortBindings']> = {};
  for (const binding of bindings) {
    // '' is every address, IPv6 ones too; 0.0.0.0 would leave those out.
    const HostIp = !binding.bindIP || binding.bindIP === '0.0.0.0' ? '' : binding.bindIP;
    (byPort[portKey(binding)] ??= []).push({ HostIp, HostPort: String(binding.hostPort) });
  }
  return byPort;
}

function portKey(binding: NetworkBinding): string {
  return `${binding.containerPort}/${binding.protocol ?? 'tcp'}`;
}
