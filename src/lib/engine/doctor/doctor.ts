import pLimit from 'p-limit';
import { clusterName, containerInstanceArn } from '../../api/arn.js';
import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { formatAddress, parseAddress, type HostAddress } from '../../hosts/address.js';
import { activeCluster } from '../clusters.js';
import { instanceAmong } from '../instance-among.js';
import { keys } from '../keys.js';
import type { EngineContext } from '../context.js';
import type { ClusterRecord, InstanceRecord } from '../records.js';
import { asNeighbours, examineHost, examineMachine } from './examine.js';
import { gatherFacts, isReached, type HostFacts, type Patient } from './facts.js';

type Input = OperationInput<'Doctor'>;

/** Hosts at once: as many as are connected to at once. */
const AT_ONCE = 16;

/**
 * What hosts and this machine lack, and how to mend it. `hosts` are names of the cluster's or addresses, also of hosts
 * that belong to none yet; without, all hosts of the cluster. Changes nothing, neither there nor in the state.
 * Errors: ClusterNotFoundException (a cluster that was named), InvalidParameterException (an address).
 */
export async function doctor(input: Input, ctx: EngineContext): Promise<OperationOutput<'Doctor'>> {
  const cluster = await clusterOf(input, ctx);
  const registered = cluster === undefined ? [] : await instancesOf(ctx, cluster);
  const patients =
    input.hosts === undefined
      ? registered.map(asPatient)
      : input.hosts.map((host) => patientOf(host, registered));
  const limit = pLimit(AT_ONCE);
  const [machine, facts] = await Promise.all([
    ctx.machine.look(),
    Promise.all(patients.map((patient) => limit(() => gatherFacts(ctx, patient)))),
  ]);
  return {
    ...(cluster === undefined ? {} : { clusterName: cluster }),
    machine: {
      checks: examineMachine({ ...machine, accepted: facts.flatMap(({ sight }) => sight?.key ?? []) }),
    },
    hosts: asNeighbours(facts).map((each) => report(each, ctx)),
  };
}

/** Without a word about clusters it is `default`, if there is one. */
async function clusterOf(input: Input, ctx: EngineContext): Promise<string | undefined> {
  if (input.cluster !== undefined) return activeCluster(ctx, input.cluster);
  const name = clusterName('default');
  const record = await ctx.store.get<ClusterRecord>(keys.cluster(name));
  return record?.value.status === 'ACTIVE' ? name : undefined;
}

async function instancesOf(ctx: EngineContext, cluster: string): Promise<InstanceRecord[]> {
  const entries = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  return entries.map((entry) => entry.value).sort((a, b) => (a.name < b.name ? -1 : 1));
}

const asPatient = (instance: InstanceRecord): Patient => ({
  name: instance.name,
  address: instance.address,
  instance,
});

/** A host of the cluster, by its name, id, the beginning of it, ARN or address; else whatever the address leads to. */
function patientOf(
  { host, name, ...more }: NonNullable<Input['hosts']>[number],
  registered: InstanceRecord[],
): Patient {
  const known = instanceAmong(registered, host);
  if (known !== undefined) return asPatient(known);
  const parsed = parseAddress(host);
  const address: HostAddress = parsed.scheme === 'unix' ? parsed : { ...parsed, ...more };
  const there = registered.find((one) => formatAddress(one.address) === formatAddress(address));
  if (there !== undefined) return asPatient(there);
  return { name: name ?? (address.scheme === 'unix' ? 'localhost' : address.host), address };
}

function report(facts: HostFacts, ctx: EngineContext): OperationOutput<'Doctor'>['hosts'][number] {
  const { name, address, instance } = facts;
  return {
    host: name,
    address: formatAddress(address),
    ...(instance === undefined
      ? {}
      : { containerInstanceArn: containerInstanceArn(ctx.identity, instance.cluster, instance.id) }),
    reached: isReached(facts),
    checks: examineHost(facts),
  };
}
