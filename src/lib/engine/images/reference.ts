import { fullName } from '../push-image/image-name.js';

/** A name of an image as engines list it, with all that Docker leaves out; a tag beside a digest means nothing. */
export const fullReference = (name: string): string => fullName(name.replace(/:[\w.-]+@/, '@'));

/** `docker.io/library/web` of `web`, `web:1` and `web@sha256:…`. */
export function repositoryOf(name: string): string {
  const full = fullName(name.replace(/@.*$/, ''));
  return full.slice(0, full.lastIndexOf(':'));
}
