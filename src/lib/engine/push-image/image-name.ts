import { EcsError } from '../../api/errors.js';
import { shorten } from '../../api/shorten.js';

/**
 * An image's name with its tag, which is `latest` where none is said: `docker save` of a name alone would take all tags.
 * Throws InvalidParameterException for what is no name, and for ids and digests: neither stays with an image that is
 * loaded, so no task would find it.
 */
export function nameOfImage(text: string): string {
  if (/^sha256:/.test(text) || text.includes('@'))
    throw invalid(text, 'is no name with a tag', 'Give the image one: docker tag IMAGE NAME:TAG');
  if (!/^[a-z0-9][\w.-]*(:\d+)?(\/[a-z0-9][\w.-]*)*(:[\w][\w.-]{0,127})?$/i.test(text) || text.length > 400)
    throw invalid(text, 'is no name of an image', 'Write NAME, NAME:TAG or REGISTRY/NAME:TAG');
  // A colon before the last slash belongs to a registry's port.
  return text.lastIndexOf(':') > text.lastIndexOf('/') ? text : `${text}:latest`;
}

/** With everything that Docker leaves out of a name: `docker.io/library/web:latest` of `web`. */
export function fullName(name: string): string {
  const tagged = name.lastIndexOf(':') > name.lastIndexOf('/') ? name : `${name}:latest`;
  const [first = '', ...rest] = tagged.replace(/^index\.docker\.io\//, 'docker.io/').split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? rest : [first, ...rest];
  const registry = hasRegistry ? first : 'docker.io';
  const isShort = registry === 'docker.io' && path.length === 1;
  return [registry, ...(isShort ? ['library'] : []), ...path].join('/');
}

const invalid = (text: string, fault: string, remedy: string): EcsError =>
  new EcsError('InvalidParameterException', `"${shorten(text)}" ${fault}.`, remedy);
