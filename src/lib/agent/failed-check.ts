import { shorten } from '../api/shorten.js';
import type { ContainerDetails } from '../hosts/container-types.js';

/** Of what a check wrote. */
const MOST_LINES = 3;
const MOST_CHARACTERS = 300;
/** Docker's for a check that took too long; its output says so. */
const NO_CODE = -1;

/** How the last health check failed, in a line: `exit code 1: connection refused`; undefined where it passed. Pure. */
export function failedCheck({ health }: ContainerDetails['state']): string | undefined {
  const last = health?.log?.at(-1);
  if (last === undefined || last.exitCode === 0) return undefined;
  const lines = last.output
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter(Boolean);
  const text = shorten(lines.slice(0, MOST_LINES).join(' / '), MOST_CHARACTERS);
  const code = last.exitCode === NO_CODE ? '' : `exit code ${last.exitCode}`;
  return [code, text].filter(Boolean).join(': ');
}
