import { version } from '../../../package.json';
import { controllerName, controllerUnitText } from '../api/controller-unit.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { ControllerOnHost } from '../api/service-types.js';
import {
  controllerHere,
  installCommands,
  removeCommand,
  surroundingsOf,
  warningsOf,
  whatItUses,
} from './controller-here.js';
import { EXIT } from './exit-codes.js';
import { type CliFlags, switchFlag } from './flag.js';
import type { Session } from './session.js';
import { clean } from './terminal-text.js';
import { UsageError } from './usage-error.js';

type Input = OperationInput<'InstallController'>;
type Output = OperationOutput<'InstallController'>;

export const userUnitFlag: CliFlags = {
  'user-unit': switchFlag('Print a unit for systemctl --user, which needs no root', {
    helpGroup: 'longshore',
  }),
};

const ofUser = ({ words }: Session): boolean => words.given.get('user-unit') === true;

/** The unit for this machine on stdout, and on stderr what it uses and how to install it. Throws UsageError. */
export async function printController(
  input: Input,
  argv: readonly string[],
  session: Session,
): Promise<number> {
  if (input.uninstall)
    throw new UsageError(
      '--uninstall takes a --host',
      `On this machine run ${removeCommand(ofUser(session))} yourself.`,
    );
  const { progress } = session;
  const { machine } = await (await session.engine()).call('InstallController', input);
  const here = controllerHere(surroundingsOf(session.options), input, ofUser(session));
  const unit = controllerUnitText(here.unit);
  const facts = machine ?? { keyFiles: [], encryptedKeyFiles: [], agentKeys: 0 };
  const uses = whatItUses(here, facts).map(([label, text]) => `  ${label.padEnd(14)}${clean(text)}`);
  const commands = installCommands(argv, ofUser(session)).map((command) => `  ${clean(command)}`);
  const systemctl = ofUser(session) ? 'systemctl --user' : 'systemctl';
  const journal = ofUser(session) ? 'journalctl --user -fu' : 'journalctl -fu';
  progress.print(unit);
  const lines = [
    'It will use:',
    ...uses,
    'To install it:',
    ...commands,
    ...(ofUser(session) ? ['To keep it running while you are logged out:', '  loginctl enable-linger'] : []),
    'To look after it:',
    `  ${systemctl} status ${controllerName}`,
    `  ${journal} ${controllerName}`,
  ];
  // Not folded: commands are to be copied.
  progress.printError(`${lines.join('\n')}\n`);
  for (const message of warningsOf(here, facts)) progress.onEvent({ type: 'warning', message });
  return EXIT.done;
}

/** This environment's settings; paths here mean nothing there. Throws UsageError. */
export function settingsForHost(session: Session): NonNullable<Input['environment']> {
  if (ofUser(session))
    throw new UsageError('--user-unit and --host are both given', 'Log in there, and run it without --host.');
  const { values } = surroundingsOf(session.options);
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** A state that a newer program has written may be closed to an older one. */
export function tellOfVersion({ controller }: Output, session: Session): void {
  const theirs = controller?.longshoreVersion;
  if (theirs === undefined || minor(theirs) === minor(version)) return;
  const message = `longshore is ${theirs} on ${controller?.host} and ${version} here: npm install -g longshore@${version} there makes them the same`;
  session.progress.onEvent({ type: 'warning', message });
}

const minor = (text: string): string => text.split('.', 2).join('.');

export function controllerQuestion({ controller }: Output, { cluster, uninstall, serve }: Input): string {
  if (controller === undefined) return '';
  const { host, user, statePath, action } = controller;
  if (uninstall)
    return `Nobody keeps the services then. Stop ${controllerName} on ${clean(host)} and remove it?`;
  const what = cluster === undefined ? 'all clusters' : `the cluster ${clean(cluster)}`;
  return `It runs as ${clean(user)} there${serve ? ', answers the API of ECS,' : ''} and keeps ${what} of ${clean(statePath ?? '')}, which no other state must keep. ${action === 'UPDATE' ? 'Replace' : 'Install'} ${controllerName} on ${clean(host)}?`;
}

/** What people are told when it is done, or would be. */
export function controllerDone({ controller }: Output, { dryRun, cluster, uninstall }: Input): string {
  if (controller === undefined) return '';
  const host = clean(controller.host);
  if (uninstall) return `${removed(controller.action, dryRun, host)}\n`;
  const lines = [installed(controller, dryRun, host)];
  if (dryRun && controller.unit !== undefined)
    // Set in, so that no line is broken.
    lines.push('', controller.unit.trimEnd().replace(/^(?=.)/gm, '  '));
  if (!dryRun && controller.action !== 'NONE')
    lines.push(
      `It keeps ${cluster === undefined ? 'all clusters' : `the cluster ${clean(cluster)}`} of ${clean(controller.statePath ?? '')} there: change services there from now on, and let no other state keep them.`,
      '',
      `  systemctl status ${controllerName}`,
      `  journalctl -fu ${controllerName}`,
    );
  return `${lines.join('\n')}\n`;
}

function installed({ action, running, unitPath }: ControllerOnHost, dryRun = false, host: string): string {
  if (action === 'NONE') return `${controllerName} runs on ${host} as it should: nothing to do.`;
  if (dryRun)
    return `Would ${action === 'UPDATE' ? 'replace' : 'write'} ${unitPath} on ${host} and start it:`;
  const now = running
    ? 'and it runs.'
    : `but it doesn't run: journalctl -u ${controllerName} there says why. It is tried again every 5 seconds.`;
  return `${action === 'UPDATE' ? 'Replaced' : 'Wrote'} ${unitPath} on ${host}, ${now}`;
}

function removed(action: ControllerOnHost['action'], dryRun = false, host: string): string {
  if (action === 'NONE') return `There is no ${controllerName} on ${host}: nothing to do.`;
  return dryRun
    ? `Would stop ${controllerName} on ${host} and remove it.`
    : `Stopped ${controllerName} on ${host} and removed it.`;
}
