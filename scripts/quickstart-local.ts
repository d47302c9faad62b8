import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askEngine, tellEngine } from '../test/hosts/engine-api.js';
import { digest } from '../test/hosts/identity.js';
import { importImages, makeRootTar } from '../test/hosts/images.js';
import type { Playground } from './quickstart-hosts.js';

/** The quickstart's own image, where busybox can't be pulled. */
const OWN_IMAGE = 'longshore-quickstart:latest';
/** Milliseconds */
const PULL_TIME = 90_000;

/** Why the local engine can't be used, or the path of its socket. */
export type Finding = { socket: string } | { reason: string };

/** Asks the engine of this machine, where its socket says or DOCKER_HOST does. Changes nothing. */
export async function findLocalEngine(dockerHost: string | undefined): Promise<Finding> {
  if (dockerHost && !dockerHost.startsWith('unix://'))
    return { reason: `DOCKER_HOST is ${dockerHost}, not a Unix socket` };
  const socket = dockerHost?.slice('unix://'.length) || '/var/run/docker.sock';
  if (!existsSync(socket)) return { reason: `no Docker engine listens at ${socket}` };
  try {
    const { status } = await askEngine(socket, 'GET', '/_ping', { timeoutMs: 5000 });
    return status === 200 ? { socket } : { reason: `what listens at ${socket} is not a Docker engine` };
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === 'EACCES';
    return {
      reason: denied
        ? `you may not use ${socket} (are you in the group docker?)`
        : `no Docker engine answers at ${socket}`,
    };
  }
}

/**
 * The engine of this machine as a cluster of one host. Nothing on it is touched but what carries the label of the
 * quickstart's own cluster; what an earlier run left behind is removed first.
 */
export async function localPlayground(socket: string, checkout: string): Promise<Playground> {
  const cluster = `quickstart-${digest(checkout).slice(0, 6)}`;
  const filter = query({ filters: JSON.stringify({ label: [`longshore.cluster=${cluster}`] }) });
  const removeOurs = async () => {
    const containers = await tellEngine<{ Id: string }[]>(socket, 'GET', `/containers/json?all=1&${filter}`);
    for (const { Id } of containers) await askEngine(socket, 'DELETE', `/containers/${Id}?force=1&v=1`);
    const { Volumes } = await tellEngine<{ Volumes: { Name: string }[] | null }>(
      socket,
      'GET',
      `/volumes?${filter}`,
    );
    for (const { Name } of Volumes ?? []) await askEngine(socket, 'DELETE', `/volumes/${Name}`);
  };

  await removeOurs();
  const image = await provideImage(socket);
  return {
    what: `the Docker engine of this machine (${socket})`,
    cluster,
    hosts: [`unix://${socket}`],
    isShared: await isMarked(socket),
    env: {},
    image: image.name,
    close: async () => {
      await removeOurs();
      if (image.isOurs) await askEngine(socket, 'DELETE', `/images/${image.name}`);
    },
  };
}

async function isMarked(socket: string): Promise<boolean> {
  const filter = query({ filters: JSON.stringify({ label: ['longshore.marker'] }) });
  const { Volumes } = await tellEngine<{ Volumes: unknown[] | null }>(socket, 'GET', `/volumes?${filter}`);
  return (Volumes ?? []).length > 0;
}

/** busybox as it is there, else pulled, else (without a network) made of this machine's own static busybox. */
async function provideImage(socket: string): Promise<{ name: string; isOurs: boolean }> {
  if (await hasImage(socket, 'busybox:latest')) return { name: 'busybox', isOurs: false };
  try {
    const pull = `/images/create?${query({ fromImage: 'busybox', tag: 'latest' })}`;
    await tellEngine(socket, 'POST', pull, { timeoutMs: PULL_TIME });
  } catch {
    // No network, or no registry: what counts is whether it is there now.
  }
  if (await hasImage(socket, 'busybox:latest')) return { name: 'busybox', isOurs: true };
  const dir = mkdtempSync(join(tmpdir(), 'longshore-image-'));
  try {
    const tar = await makeRootTar(dir).catch(() => {
      throw new Error(
        'The image busybox is not there and could not be pulled. Run `docker pull busybox`, or install busybox-static.',
      );
    });
    await importImages(socket, tar, [OWN_IMAGE]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return { name: OWN_IMAGE, isOurs: true };
}

async function hasImage(socket: string, name: string): Promise<boolean> {
  return (await askEngine(socket, 'GET', `/images/${name}/json`)).status === 200;
}

const query = (members: Record<string, string>) => new URLSearchParams(members).toString();
