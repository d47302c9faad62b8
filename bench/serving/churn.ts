/**
 * Instances that come and go, as another process on the same state makes them: `tsx churn.ts STATE`. Each tenth of a second
 * one comes, which nobody answers for, and the one before goes, until it is killed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { keys, putInstance } from '../../src/lib/engine/keys.js';
import type { InstanceRecord } from '../../src/lib/engine/records.js';
import { openSqliteStore } from '../../src/lib/store/sqlite.js';

const INTERVAL = 100;

async function main(path: string): Promise<void> {
  const store = await openSqliteStore(path);
  process.on('SIGTERM', () => process.exit(0));
  for (let i = 0; ; i++) {
    const deletes = i === 0 ? [] : [keys.instance('default', idOf(i - 1))];
    await store.commit({ puts: [putInstance(instance(i))], deletes });
    if (i === 0) console.log('churning');
    await sleep(INTERVAL);
  }
}

const idOf = (number: number): string => number.toString(16).padStart(32, 'c');

const instance = (number: number): InstanceRecord => ({
  id: idOf(number),
  cluster: 'default',
  name: `host-${number}`,
  address: { scheme: 'unix', path: '/nowhere/docker.sock' },
  status: 'ACTIVE',
  connected: true,
  seenAt: 0,
  registeredAt: 0,
  attributes: [],
  custom: [],
  registered: { cpu: 2048, memory: 2000, gpus: 0 },
  reserve: { cpu: 0, memory: 0 },
  portRange: [32768, 60999],
  listening: [],
  engineVersion: '20.10.24',
  clockOffset: 0,
  tags: [],
});

void main(process.argv[2] ?? '');
