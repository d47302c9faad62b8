import { existsSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, type Identity } from './identity.js';
import type { Subnet } from './network.js';
import type { ClusterShape } from './plan.js';

/** What is kept about a cluster that is up, so that another process finds its hosts. */
export type ClusterRecord = {
  /** Of this tool, when it brought the cluster up. */
  version: string;
  shape: ClusterShape;
  subnet: Subnet;
  /** Brought up to stay: who only borrows it does not take it down. */
  keep: boolean;
  /** The test run that takes the cluster down at its end, if it came from one. */
  run?: string;
};

/** Written last, when all hosts are up: a cluster without a record is one that was left half-way. */
export function writeRecord(identity: Identity, record: ClusterRecord): void {
  writeFileSync(join(identity.dir, 'cluster.json'), JSON.stringify(record, undefined, 2));
}

export function readRecord(identity: Identity): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(identity.dir, 'cluster.json'), 'utf8')) as ClusterRecord;
  } catch {
    return undefined;
  }
}

/** Names of this checkout's clusters that are up, or were left behind. */
export function clusterNames(): string[] {
  const { checkoutDir } = identify('default');
  if (!existsSync(checkoutDir)) return [];
  return readdirSync(checkoutDir).filter((name) => existsSync(join(checkoutDir, name, 'hosts')));
}

/** The cache is quickly made again: it goes with the checkout's last cluster. */
export function forgetCheckoutIfEmpty(identity: Identity): void {
  if (!existsSync(identity.checkoutDir) || clusterNames().length > 0) return;
  rmSync(identity.checkoutDir, { recursive: true, force: true });
  try {
    rmdirSync(join(identity.checkoutDir, '..'));
  } catch {
    // Other checkouts have hosts, too.
  }
}
