import { littleDisk } from '../../../hosts/probe.js';
import { failed, ok, warning, type Check } from '../check.js';
import type { MachineFacts } from '../machine.js';
import { word } from '../remedy.js';

/** What this machine must have. */
export const machineChecks = [node, ssh, keys, state];

/** As package.json's `engines` has it; older ones don't get here. */
function node({ nodeVersion }: MachineFacts): Check {
  return ok('node', `Node.js ${nodeVersion}`);
}

function ssh({ sshVersion }: MachineFacts): Check {
  if (sshVersion !== undefined) return ok('ssh', sshVersion);
  return warning('ssh', "there is no ssh program, so ~/.ssh/config isn't read and OpenSSH's defaults hold", {
    remedy: 'install the OpenSSH client',
    command: 'sudo apt-get install openssh-client',
  });
}

/** sshd's MaxAuthTries is 6. */
const manyKeys = 5;

function keys(facts: Keys): Check[] {
  const exposed = facts.keyFiles
    .filter((file) => file.state === 'exposed')
    .map((file) =>
      warning('keys', `${file.path} can be read by other users, so it isn't used`, {
        command: `chmod 600 ${word(file.path)}`,
      }),
    );
  return [...exposed, keysAtHand(facts)];
}

type Keys = Pick<MachineFacts, 'agent' | 'keyFiles' | 'accepted'>;

function keysAtHand({ agent, keyFiles, accepted }: Keys): Check {
  const of = (wanted: string) => keyFiles.filter((file) => file.state === wanted).map((file) => file.path);
  const locked = of('encrypted').find((path) => accepted.length === 0 || accepted.includes(path));
  const inAgent = agent.keys ?? 0;
  if (inAgent > manyKeys)
    return warning(
      'keys',
      `the agent has ${inAgent} keys, and a server gives up after 6 that it doesn't know`,
      'name the right one in ~/.ssh/config: IdentityFile, and IdentitiesOnly yes',
    );
  if (inAgent > 0) return ok('keys', [`${inAgent} of the agent`, ...of('usable')].join(', '));
  if (locked !== undefined)
    return warning('keys', `${locked} is encrypted and in no agent: without a terminal it can't be used`, {
      command: `eval "$(ssh-agent)" && ssh-add ${word(locked)}`,
    });
  const found = [...new Set([...of('usable'), ...accepted])];
  if (found.length > 0) return ok('keys', found.join(', '));
  const silent = agent.socket !== undefined && agent.keys === undefined;
  const why = silent ? `the agent at ${agent.socket} doesn't answer, and ` : '';
  return warning('keys', `${why}there is no key but those that ~/.ssh/config or a hosts file may name`, {
    remedy: 'make one, and bring it to the hosts by ssh-copy-id',
    command: 'ssh-keygen -t ed25519',
  });
}

/** Others who may write into a folder can put another file in a file's place. */
const writableByOthers = 0o022;
const sticky = 0o1000;

function state({ state: facts }: MachineFacts): Check {
  const { path, fault, folder, folderMode, freeBytes } = facts;
  if (fault !== undefined) return failed('state', fault.message, fault.remedy);
  if (folderMode !== undefined && (folderMode & writableByOthers) !== 0 && (folderMode & sticky) === 0)
    return warning('state', `other users may write into ${folder}, where the state is`, {
      command: `chmod go-w ${word(folder)}`,
    });
  if (freeBytes !== undefined && freeBytes < littleDisk / 16)
    return warning(
      'state',
      `only ${Math.round(freeBytes / 2 ** 20)} MiB are free under ${folder}, where the state is`,
      { command: `df -h ${word(folder)}` },
    );
  return ok('state', path);
}
