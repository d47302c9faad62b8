import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { LongshoreCommand } from '../../../src/lib/cli/command.js';
import { run, type Ran, type RunOptions } from './kit.js';
import { Scenes, verbLines } from './verb-lines.js';

const commands = new URL('../../../src/commands/', import.meta.url);

/** All that there are, by the files of their commands. */
export const verbs = readdirSync(commands, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3).replace('/', ' '))
  .sort();

export type RunVerb = (verb: string, more: string[], options?: RunOptions) => Promise<Ran>;

/** Runs the line of a verb, in scenes of the file that calls this; it must end as the line says, and say what it does. */
export function useVerbs(): RunVerb {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-verbs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const scenes = new Scenes(folder);
  return async (verb, more, options = {}) => {
    const { default: command } = (await import(
      /* @vite-ignore */ new URL(`${verb.replace(' ', '/')}.ts`, commands).href
    )) as { default: new (argv: string[], config: never) => LongshoreCommand };
    const stage = await scenes.for(verb);
    const { argv, code: expected = 0 } = verbLines[verb] ?? { argv: () => [] };
    const ran = await run(
      command,
      [...argv(stage), ...more],
      {},
      { ...options, openEngine: async () => stage.made.engine },
    );
    const { code, err } = ran;
    expect({ code, err }).toEqual({
      code: expected,
      err: expect.not.stringMatching(/unexpected|^\s+at /m) as string,
    });
    return ran;
  };
}
