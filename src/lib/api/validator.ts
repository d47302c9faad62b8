import type { ErrorObject } from 'ajv';
import { loadSchema } from './schema.js';

/** True where the input fits; otherwise `errors` says what doesn't. */
export interface Validator {
  (input: unknown): boolean;
  errors?: readonly ErrorObject[] | null;
}

/** How ajv compiles our schemas, here and in scripts/precompiled-validators.ts. */
export const ajvOptions = {
  allErrors: true,
  allowUnionTypes: true,
  validateSchema: false,
  meta: false,
} as const;

/** Keywords of ours that say something to us and nothing to ajv. */
export const ownKeywords = ['x-kind', 'x-longshore', 'x-no-flag'];

const compiled = new Map<string, Validator>();

/**
 * The validator of an operation's input. Compiled at first use here; the bundle replaces this file by validators
 * that were compiled when it was built, since loading ajv and compiling takes some 60 ms of every command.
 */
export async function loadValidator(operation: string): Promise<Validator> {
  const known = compiled.get(operation);
  if (known) return known;
  const { Ajv } = await import('ajv');
  const ajv = new Ajv(ajvOptions);
  ajv.addVocabulary(ownKeywords);
  const validator: Validator = ajv.compile(loadSchema(operation));
  compiled.set(operation, validator);
  return validator;
}
