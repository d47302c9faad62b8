import { formatPlace } from '../../hosts/address.js';
import { shellQuote } from '../../api/shell-quote.js';
import type { HostFacts } from './facts.js';

/**
 * A command for the host as one to paste here: `ssh -t deploy@10.0.0.11 sudo systemctl start docker`. `{sudo}` in it
 * is left out where whoever logs in is root.
 */
export function onHost(facts: HostFacts, command: string): { command: string } {
  const isRoot = facts.sight?.survey?.isRoot ?? false;
  const bare = command.replaceAll('{sudo}', isRoot ? '' : 'sudo ');
  if (facts.address.scheme === 'unix') return { command: bare };
  const remote = /[^\w\s@%+=:,./-]/.test(bare) ? shellQuote(bare) : bare;
  // Whatever asks something (sudo does) takes a terminal.
  return { command: ['ssh -t', ...way(facts), remote].join(' ') };
}

/** The words by which `ssh` finds the host as Longshore does. */
function way({ address, sshConfigFile }: HostFacts): string[] {
  if (address.scheme === 'unix') return [];
  const { host, user, port, identityFile, proxyJump } = address;
  return [
    ...(sshConfigFile === undefined ? [] : ['-F', word(sshConfigFile)]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(identityFile === undefined ? [] : ['-i', word(identityFile)]),
    ...(proxyJump === undefined ? [] : ['-J', word(proxyJump)]),
    word(formatPlace({ host, ...(user === undefined ? {} : { user }) })),
  ];
}

/** As it is where no shell would read anything into it; a leading `~/` is the shell's to read. */
export const word = (text: string): string => (/^(~\/)?[\w@%+=:,./-]+$/.test(text) ? text : shellQuote(text));
