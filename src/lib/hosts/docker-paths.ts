import type Dockerode from 'dockerode';

/* Dockerode puts names into the paths of its requests as they are given. */

export const imagePath = (reference: string): string =>
  reference.split('/').map(encodeURIComponent).join('/');

export function containerOf(docker: Dockerode, idOrName: string): Dockerode.Container {
  return docker.getContainer(encodeURIComponent(idOrName));
}
