import { type CliFlags, listFlag, textFlag } from './flag.js';
import { type HostInput, readHostsFile } from './hosts-file.js';
import { listOf, textOf, type Words } from './words.js';

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

/** The hosts of --hosts and --hosts-file. Throws UsageError, DocumentError. */
export async function hostsOf(words: Words): Promise<HostInput[]> {
  const path = textOf(words, 'hosts-file');
  const listed = (listOf(words, 'hosts') ?? []).map((host) => ({ host }));
  return path === undefined ? listed : [...listed, ...(await readHostsFile(path))];
}
