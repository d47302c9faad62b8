import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { operationNames } from '../src/lib/api/operations.js';
import { loadSchema } from '../src/lib/api/schema.js';
import { ajvOptions, ownKeywords } from '../src/lib/api/validator.js';

/**
 * An esbuild plugin that puts ajv's compiled validators in the place of src/lib/api/validator.ts, which loads ajv and
 * compiles at run time (some 60 ms): what is shipped then needs no ajv.
 */
export function precompiledValidators(): Plugin {
  return {
    name: 'precompiled-validators',
    setup(build) {
      build.onLoad({ filter: /[\\/]lib[\\/]api[\\/]validator\.ts$/ }, () => ({
        contents: validatorModule(),
      }));
      build.onResolve({ filter: /^validator:/ }, ({ path }) => ({
        path: path.slice('validator:'.length),
        namespace: 'validator',
      }));
      build.onLoad({ filter: /./, namespace: 'validator' }, ({ path }) => ({
        contents: compileValidator(path),
      }));
    },
  };
}

/** Each validator is evaluated when it is asked for, and no sooner. */
function validatorModule(): string {
  const loaders = operationNames.map((name) => `${name}: () => import('validator:${name}')`);
  return `const loaders = { ${loaders.join(', ')} };
    export const loadValidator = async (operation) => (await loaders[operation]()).default;`;
}

/** The source of one validator, a module without imports. */
function compileValidator(operation: string): string {
  const ajv = new Ajv({ ...ajvOptions, code: { source: true, esm: true } });
  ajv.addVocabulary(ownKeywords);
  return standalone(ajv, ajv.compile(loadSchema(operation)));
}
