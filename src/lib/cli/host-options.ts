import { EcsError } from '../api/errors.js';
import { DocumentError } from '../api/document-error.js';
import type { OperationInput } from '../api/operations.js';
import { readFile } from './arguments.js';
import { parseAddress, parseJumps } from '../hosts/address.js';
import { type CliFlags, listFlag, textFlag } from './flag.js';
import { UsageError } from './usage-error.js';
import { listOf, textOf, type Words } from './words.js';

export type HostInput = OperationInput<'RegisterContainerInstance'> & { host: string };

const helpGroup = 'longshore';

/** Flags that name hosts. */
export const hostFlags: CliFlags = {
  hosts: listFlag('Hosts, as [user@]host[:port] or unix:///var/run/docker.sock', {
    helpGroup,
    helpValue: '<host>...',
  }),
  'hosts-file': textFlag('YAML or JSON file of hosts, with names, zones, keys and jump hosts', {
    helpGroup,
    helpValue: '<file>',
  }),
};

/** The hosts of --hosts and --hosts-file. Throws UsageError, DocumentError, before anything is done. */
export async function hostsOf(words: Words): Promise<HostInput[]> {
  const path = textOf(words, 'hosts-file');
  const listed = (listOf(words, 'hosts') ?? []).map((host) => ({ host }));
  for (const { host } of listed) check('--hosts', () => parseAddress(host));
  return path === undefined ? listed : [...listed, ...(await hostsInFile(path.replace(/^file:\/\//, '')))];
}

/** A way that leads nowhere is told before anything is asked of it. Throws UsageError. */
export const checkJumps = (proxyJump: string | undefined): void =>
  check('--proxy-jump', () => parseJumps(proxyJump ?? 'none'));

function check(flag: string, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    throw new UsageError(`${flag}: ${error.message}`, error.remedy, { cause: error });
  }
}

async function hostsInFile(path: string): Promise<HostInput[]> {
  const content = readFile(path, '');
  const { parseHostsFile } = await import('../hosts/hosts-file.js');
  try {
    return await parseHostsFile(content, path);
  } catch (error) {
    // The engine was not asked: it is the file that is wrong.
    if (!(error instanceof EcsError) || error instanceof DocumentError) throw error;
    throw new UsageError(error.message, error.remedy, { cause: error });
  }
}
