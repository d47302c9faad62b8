import type { ContainerInstance } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { EcsError } from '../api/errors.js';
import { parseAddress } from '../hosts/address.js';
import { readMarkers } from '../hosts/marker.js';
import { ensureCluster } from './clusters.js';
import { registerContainerInstance } from './register-instance.js';
import type { EngineContext } from './context.js';

/**
 * Brings back what a host knows: its cluster or clusters, itself as the instance that it was, its running tasks and
 * their definitions. Done again it changes nothing. Errors: ClientException (the host carries no marker); HostError.
 */
export async function recover(
  input: OperationInput<'Recover'>,
  ctx: EngineContext,
): Promise<OperationOutput<'Recover'>> {
  const address = parseAddress(input.host);
  const name = input.name ?? (address.scheme === 'unix' ? 'localhost' : address.host);
  const settings = {
    ...(input.identityFile === undefined ? {} : { identityFile: input.identityFile }),
    ...(input.proxyJump === undefined ? {} : { proxyJump: input.proxyJump }),
  };
  const host = await ctx.hosts.connect(
    address.scheme === 'unix' ? address : { ...address, ...settings },
    name,
    { signal: ctx.signal },
  );
  const markers = await readMarkers(host);
  if (markers.length === 0) {
    throw new EcsError(
      'ClientException',
      `${name} carries no marker: it was never registered, or it was re-imaged.`,
      `Register it: longshore register-container-instance --host ${input.host}`,
    );
  }
  const containerInstances: ContainerInstance[] = [];
  for (const { cluster } of markers) {
    await ensureCluster(ctx, cluster);
    const { containerInstance } = await registerContainerInstance(
      { ...input, cluster, shared: markers.length > 1 },
      ctx,
    );
    if (containerInstance !== undefined) containerInstances.push(containerInstance);
  }
  return { clusterNames: markers.map((m) => m.cluster), containerInstances };
}
