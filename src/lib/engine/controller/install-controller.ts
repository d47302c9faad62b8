import {
  controllerName,
  controllerUnitText,
  isControllerUnit,
  systemUnitPath,
} from '../../api/controller-unit.js';
import { clusterName } from '../../api/arn.js';
import { EcsError } from '../../api/errors.js';
import type { OperationInput, OperationOutput } from '../../api/operations.js';
import type { ControllerMachine, ControllerOnHost } from '../../api/service-types.js';
import { shorten } from '../../api/shorten.js';
import { formatAddress, parseAddress, type HostAddress } from '../../hosts/address.js';
import { HostError } from '../../hosts/host-error.js';
import type { HostScript, ScriptResult } from '../../hosts/hosts.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import { instanceAmong } from '../instance-among.js';
import { keys } from '../keys.js';
import type { InstanceRecord } from '../records.js';
import {
  readControllerFacts,
  unitForHost,
  type ControllerFacts,
  type SoundFacts,
} from './controller-host.js';
import { installScript, lookScript, removeScript } from './controller-scripts.js';

type Input = OperationInput<'InstallController'>;

/**
 * Has systemd keep `reconcile --watch`, or `serve`, on a host, or takes that away. What is there already is left alone; where systemd
 * refuses, the host is as before. Without a host it only tells what a service on this machine would have to go by.
 * Errors: ClusterNotFoundException (a cluster that was named), InvalidParameterException (an address, a value that no unit
 * can hold), ClientException (what the host lacks), HostError.
 */
export async function installController(
  given: Input,
  ctx: EngineContext,
): Promise<OperationOutput<'InstallController'>> {
  checkServe(given);
  const cluster = given.cluster === undefined ? undefined : clusterName(given.cluster);
  if (cluster !== undefined && !given.uninstall) await activeCluster(ctx, cluster);
  const input = { ...given, cluster };
  if (input.host === undefined) return { machine: await thisMachine(ctx) };
  const host = await hostOf(ctx, input.cluster, input.host);
  const facts = readControllerFacts((await runOn(ctx, host, lookScript)).stdout);
  return { controller: await (input.uninstall ? remove : install)(input, ctx, host, facts) };
}

function checkServe({ serve, listen = [], metricsListen = [], logLevel, cluster, uninstall }: Input): void {
  const invalid = (message: string, remedy: string) =>
    new EcsError('InvalidParameterException', message, remedy);
  if (serve && cluster !== undefined && !uninstall)
    throw invalid('A server has all clusters of its state.', 'Leave out the cluster');
  if (listen.length + metricsListen.length > 0 && !serve)
    throw invalid('Only a server listens.', 'Add --serve, or leave out --listen and --metrics-listen');
  if (logLevel !== undefined && !serve)
    throw invalid('Only a server has a log with levels.', 'Add --serve, or leave out --log-level');
  const odd = [...listen, ...metricsListen].find(
    (address) => !/^(\[[0-9a-f:]+\]|[\w.-]*):?\d{1,5}$/i.test(address),
  );
  if (odd !== undefined)
    throw invalid(`A server can't listen on "${shorten(odd)}".`, 'Give HOST:PORT, such as 0.0.0.0:8080');
}

async function thisMachine(ctx: EngineContext): Promise<ControllerMachine> {
  const { agent, keyFiles } = await ctx.machine.look();
  const of = (wanted: string) => keyFiles.filter(({ state }) => state === wanted).map(({ path }) => path);
  return { keyFiles: of('usable'), encryptedKeyFiles: of('encrypted'), agentKeys: agent.keys ?? 0 };
}

interface ControllerHost {
  name: string;
  address: HostAddress;
}

/** A host of the cluster by its name, id, ARN or address, else whatever the address leads to. */
async function hostOf(
  ctx: EngineContext,
  cluster: string | undefined,
  text: string,
): Promise<ControllerHost> {
  const entries = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster ?? 'default') });
  const instances = entries.map(({ value }) => value);
  const known = instanceAmong(instances, text);
  if (known !== undefined) return known;
  const address = parseAddress(text);
  const there = instances.find((one) => formatAddress(one.address) === formatAddress(address));
  return there ?? { name: address.scheme === 'unix' ? 'localhost' : address.host, address };
}

/** Kinds of failures after which nobody can log in. Without an engine the host is good enough. */
const outOfReach = new Set(['unreachable', 'auth', 'host-key-unknown', 'host-key-changed', 'lost']);

/** Throws HostError. */
async function runOn(
  ctx: EngineContext,
  { name, address }: ControllerHost,
  script: HostScript,
): Promise<ScriptResult> {
  let failure: HostError | undefined;
  ctx.emit({ type: 'host-connecting', host: name });
  const began = ctx.clock();
  try {
    await ctx.hosts.connect(address, name, { signal: ctx.signal });
  } catch (error) {
    if (!(error instanceof HostError) || outOfReach.has(error.kind)) throw error;
    failure = error;
  }
  ctx.emit({ type: 'host-connected', host: name, milliseconds: ctx.clock() - began });
  const result = await ctx.hosts.runScript(address, script);
  if (result !== undefined && result.code !== null) return result;
  if (result === undefined && failure !== undefined) throw failure;
  throw new HostError(
    name,
    'lost',
    `${name}: what was started there has not ended in time`,
    'look at it, and run this again: done twice it does no harm',
  );
}

async function install(
  input: Input,
  ctx: EngineContext,
  host: ControllerHost,
  facts: ControllerFacts,
): Promise<ControllerOnHost> {
  const sound = suffices(host, facts, input);
  const settings = Object.fromEntries((input.environment ?? []).map(({ name, value }) => [name, value]));
  const unit = controllerUnitText(unitForHost(sound, input, settings));
  const there = sound.unit;
  const isSame = there?.trimEnd() === unit.trimEnd();
  const answer: ControllerOnHost = {
    host: host.name,
    address: formatAddress(host.address),
    unitPath: systemUnitPath,
    unit,
    action: there === undefined ? 'INSTALL' : isSame && sound.enabled && sound.active ? 'NONE' : 'UPDATE',
    user: sound.user,
    statePath: sound.statePath,
    ...(sound.version !== undefined && { longshoreVersion: sound.version }),
  };
  if (answer.action === 'NONE') return { ...answer, running: true };
  if (input.dryRun) return answer;
  const { stdout } = await change(ctx, host, installScript(unit, sound.root === 'sudo'));
  return { ...answer, running: lastLine(stdout) === 'active' };
}

async function remove(
  input: Input,
  ctx: EngineContext,
  host: ControllerHost,
  facts: ControllerFacts,
): Promise<ControllerOnHost> {
  const isThere = facts.unit !== undefined;
  if (isThere)
    mayChange(host, facts, `sudo systemctl disable --now ${controllerName}; sudo rm ${systemUnitPath}`);
  const answer: ControllerOnHost = {
    host: host.name,
    address: formatAddress(host.address),
    unitPath: systemUnitPath,
    action: isThere ? 'REMOVE' : 'NONE',
    user: facts.user ?? '',
  };
  if (isThere && !input.dryRun) await change(ctx, host, removeScript(facts.root === 'sudo'));
  return answer;
}

/** Throws EcsError where systemd won't: all is as before then. */
async function change(ctx: EngineContext, host: ControllerHost, script: HostScript): Promise<ScriptResult> {
  const result = await runOn(ctx, host, script);
  if (result.code === 0) return result;
  throw refusal(
    `${host.name}: ${shorten(lastLine(result.stdout) || `exit code ${String(result.code)}`, 200)}`,
    `Nothing has changed there. systemctl status ${controllerName} and journalctl -u ${controllerName} on the host may say more.`,
  );
}

/** Throws EcsError for the first thing that is missing. */
function suffices(host: ControllerHost, facts: ControllerFacts, { cluster }: Input): SoundFacts {
  const { name } = host;
  const { longshore, user, home, statePath, clusters } = facts;
  if (!facts.systemd)
    throw refusal(
      `${name} isn't run by systemd.`,
      'Choose another host, or have longshore reconcile --watch run there by what starts its services.',
    );
  if (longshore === undefined || facts.version === undefined)
    throw refusal(
      `${name}: there is no longshore ${longshore === undefined ? 'on the PATH of who logs in' : `that runs: ${shorten(longshore)}`}.`,
      'Install it there, with Node.js 20.19 or newer: npm install -g longshore',
    );
  if (user === undefined || home === undefined || statePath === undefined)
    throw refusal(
      `${name}: longshore there can't say where its state is.`,
      'Look there: longshore state path',
    );
  const bringIt = `Bring it there: longshore state export > state.json here, longshore state import state.json there. From then on change services there only, and stop what keeps them here: two states must not keep the same services.`;
  if (clusters === undefined)
    throw refusal(`${name} has no state that can be read (${shorten(statePath, 200)}).`, bringIt);
  if (cluster === undefined ? clusters.length === 0 : !clusters.includes(cluster))
    throw refusal(
      `The state on ${name} knows ${cluster === undefined ? 'no cluster' : `no cluster ${shorten(cluster)}`}.`,
      bringIt,
    );
  const words = cluster === undefined ? '' : ` --cluster ${cluster}`;
  mayChange(
    host,
    facts,
    `longshore install-controller${words} | sudo tee ${systemUnitPath}; sudo systemctl daemon-reload; sudo systemctl enable --now ${controllerName}`,
  );
  return { ...facts, longshore, user, home, statePath };
}

/** Throws EcsError. */
function mayChange({ name }: ControllerHost, { root, unit, user }: ControllerFacts, byHand: string): void {
  if (unit !== undefined && !isControllerUnit(unit))
    throw refusal(
      `${name}: ${systemUnitPath} isn't one that install-controller made.`,
      'Give it another name, or remove it; it is left as it is.',
    );
  if (root === undefined)
    throw refusal(
      `${name}: ${user ?? 'who logs in'} is neither root nor may use sudo without a password.`,
      `Run there by hand: ${byHand}`,
    );
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)?.trim() ?? '';

const refusal = (message: string, remedy: string): EcsError =>
  new EcsError('ClientException', message, remedy);
