import { putCluster, putTask } from '../src/lib/engine/keys.js';
import type { TaskRecord } from '../src/lib/engine/records.js';
import { openSqliteStore } from '../src/lib/store/sqlite.js';

/** Makes a state whose cluster `default` has so many running tasks. */
export async function fill(path: string, count: number): Promise<void> {
  const store = await openSqliteStore(path);
  const cluster = { name: 'default', status: 'ACTIVE' as const, createdAt: 0, tags: [], settings: [] };
  const tasks = Array.from({ length: count }, (_, i) => putTask(task(i)));
  await store.commit({ puts: [putCluster(cluster), ...tasks] });
  await store.close();
}

export const taskIdOf = (number: number): string => number.toString(16).padStart(32, '0');

function task(number: number): TaskRecord {
  return {
    id: taskIdOf(number),
    cluster: 'default',
    instance: 'f'.repeat(32),
    family: 'web',
    revision: 1,
    definitionHash: '0'.repeat(64),
    group: 'family:web',
    launchType: 'EC2',
    desiredStatus: 'RUNNING',
    lastStatus: 'RUNNING',
    version: 2,
    overrides: {},
    tags: [],
    resources: { cpu: 50, memory: 50, gpus: 0, ports: ['tcp/40000'] },
    bindings: {},
    createdAt: number,
    containers: [
      {
        name: 'app',
        image: 'busybox',
        essential: true,
        cpu: 50,
        lastStatus: 'RUNNING',
        runtimeId: 'a'.repeat(64),
        networkBindings: [],
      },
    ],
  };
}
