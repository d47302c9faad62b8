import { shorten } from './people-table.js';
import type { Terminal } from './terminal.js';

/** Characters of a name in the middle of a line: what the line says is to fit beside it. */
const MOST = 24;

type Letters = Pick<Terminal, 'unicode'>;

export const shortName = (name: string, terminal: Letters): string => shorten(name, MOST, terminal);

/** `FAMILY:REVISION` with the revision in any case. */
export function shortDefinition(definition: string, terminal: Letters): string {
  const [family = '', revision] = definition.split(':');
  const short = shortName(family, terminal);
  return revision === undefined ? short : `${short}:${revision}`;
}
