import { adopt, eachHost, lockCluster, raise, type TestCluster } from './cluster.js';
import { tellEngine } from './engine-api.js';
import { connect } from 'node:net';
import type { TestHost } from './host.js';
import { standardImages } from './images.js';
import type { ClusterOptions } from './plan.js';

/**
 * Hosts to test on: those that are up already if they fit (the sick are built anew, the others swept clean), else
 * new ones. They are this process's alone until `release()`; who comes second waits.
 */
export async function acquire(options: ClusterOptions = {}): Promise<TestCluster> {
  const { lock, identity } = await lockCluster({ ...options, name: nameInRun(options.name) });
  try {
    const cluster = adopt(identity, lock, options);
    if (!cluster) return await raise(identity, lock, options);
    try {
      await eachHost(cluster.machines, (host) => freshen(host, options));
      cluster.trustHostKeys();
      return cluster;
    } catch (error) {
      options.log?.(`the test hosts that were up are beyond mending (${String(error)}), making new ones`);
      return await raise(identity, lock, options);
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Test files that run side by side have hosts of their own each: vitest numbers its workers. */
function nameInRun(name = 'default'): string {
  const { VITEST_POOL_ID: worker } = process.env;
  return worker === undefined ? name : `${name}-${worker}`;
}

/** As good as new: nothing of an earlier test is left on it. */
async function freshen(host: TestHost, options: ClusterOptions): Promise<void> {
  if (await isHealthy(host)) {
    if (host.spec.engine) await sweep(host, options.images ?? []);
    return;
  }

  options.log?.(`building ${host.name} anew`);
  await host.build();
}

async function isHealthy(host: TestHost): Promise<boolean> {
  if (!host.isOn() || host.faults().length > 0) return false;
  if (host.spec.engine && !(await host.engineAnswers())) return false;
  return host.spec.jumpVia !== undefined || saysSsh(host);
}

/** Whether sshd introduces itself within two seconds. */
function saysSsh(host: TestHost): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.address, port: host.port, timeout: 2000 });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };

    socket.on('data', (chunk) => finish(chunk.toString().startsWith('SSH-')));
    socket.on('timeout', () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
  });
}

/** Remove what tests made in the engine: containers, volumes, networks, further images. */
async function sweep(host: TestHost, images: string[]): Promise<void> {
  const tell = <T>(method: string, path: string) => tellEngine<T>(host.dockerSocket, method, path);

  const containers = await tell<{ Id: string }[]>('GET', '/containers/json?all=1');
  await Promise.all(containers.map(({ Id }) => tell('DELETE', `/containers/${Id}?force=1&v=1`)));

  const { Volumes } = await tell<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
  for (const { Name } of Volumes ?? []) await tell('DELETE', `/volumes/${encodeURIComponent(Name)}?force=1`);

  const networks = await tell<{ Id: string; Name: string }[]>('GET', '/networks');
  const builtIn = ['bridge', 'host', 'none'];
  for (const { Id } of networks.filter(({ Name }) => !builtIn.includes(Name)))
    await tell('DELETE', `/networks/${Id}`);

  const wanted = [...standardImages, ...images].map((name) =>
    /:[^/]+$/.test(name) ? name : `${name}:latest`,
  );
  const present = await tell<{ Id: string; RepoTags: string[] | null }[]>('GET', '/images/json');
  const tags = present.flatMap((image) => image.RepoTags ?? []);
  for (const { Id, RepoTags } of present) {
    const surplus = (RepoTags ?? []).filter((tag) => !wanted.includes(tag) && tag !== '<none>:<none>');
    for (const tag of surplus) await tell('DELETE', `/images/${encodeURI(tag)}?force=1`);
    if (!RepoTags?.length || RepoTags[0] === '<none>:<none>') await tell('DELETE', `/images/${Id}?force=1`);
  }

  await host.addImages(...wanted.filter((name) => !tags.includes(name)));
}
