import { existsSync } from 'node:fs';
import { type OperationName, Operations } from '../../../src/lib/api/operations.js';
import type { LongshoreCommand } from '../../../src/lib/cli/command.js';

type Verb = { id?: string } & (new (argv: string[], config: never) => LongshoreCommand);

/** The command of an operation, by its file's name. */
export async function verbOf(operation: OperationName): Promise<Verb> {
  const path = `../../../src/commands/${Operations[operation].command.replace(' ', '/')}.ts`;
  if (!existsSync(new URL(path, import.meta.url))) throw new Error(`${operation} has no command`);
  return ((await import(/* @vite-ignore */ path)) as { default: Verb }).default;
}
