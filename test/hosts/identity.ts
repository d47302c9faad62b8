import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** The checkout that this copy of the tool belongs to. */
export const checkoutRoot = resolve(here, '../..');

/**
 * On a disk and root's own: unlike /run or /tmp it is neither small nor writable by others.
 * Everything of one checkout lies in one folder below it.
 */
const stateRoot = '/var/lib/longshore-test';

/** Names under which a cluster's namespaces, links, mounts, cgroups and processes are known to the kernel. */
export type Identity = {
  /** Unique to checkout and name: 8 hex digits. */
  id: string;
  name: string;
  checkout: string;
  /** Folder of everything this checkout's test hosts keep. */
  checkoutDir: string;
  /** Folder of this cluster. */
  dir: string;
  /** The machine's end of the cable to the hosts (at most 15 characters: the kernel's limit). */
  link: string;
  /** Network namespaces are called `<prefix>-<host>`, the one of the bridge `<prefix>-switch`. */
  netnsPrefix: string;
  /** Below every cgroup hierarchy: parent of the containers' groups. */
  cgroup: string;
  /** Stands in the environment of every process of the hosts, so that they can be found after a crash. */
  marker: Record<string, string>;
};

/**
 * Everything that is called something follows from the checkout's path and the cluster's name: two checkouts don't
 * meet, and what an earlier run left behind is found again by the next without any record of it.
 */
export function identify(name: string, checkout = checkoutRoot): Identity {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) {
    throw new Error(
      `Cluster name ${JSON.stringify(name)}: use lower-case letters, digits and hyphens, at most 31.`,
    );
  }

  const checkoutDir = join(stateRoot, digest(checkout));
  const id = digest(`${checkout}\0${name}`);
  return {
    id,
    name,
    checkout,
    checkoutDir,
    dir: join(checkoutDir, name),
    link: `lst${id}`,
    netnsPrefix: `lst-${id}`,
    cgroup: `longshore-test/${id}`,
    marker: { LONGSHORE_TEST_CLUSTER: id },
  };
}

/** Changes with this tool's own files: hosts that an older version brought up are not taken over. */
export function toolVersion(): string {
  const files = readdirSync(here).filter((file) => /\.(ts|sh)$/.test(file));
  return digest(files.map((file) => readFileSync(join(here, file), 'utf8')).join('\0'));
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
