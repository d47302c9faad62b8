import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { precompiledValidators } from '../../../scripts/precompiled-validators.js';
import { loadValidator, type Validator } from '../../../src/lib/api/validator.js';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'longshore-validators-'));
let bundled: { loadValidator: typeof loadValidator };
let inputs: string[];

beforeAll(async () => {
  const outfile = join(folder, 'validator.mjs');
  const { metafile } = await build({
    stdin: { contents: `export { loadValidator } from './src/lib/api/validator.ts'`, resolveDir: root },
    outfile,
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    plugins: [precompiledValidators()],
  });
  inputs = Object.keys(metafile.inputs);
  bundled = (await import(outfile)) as typeof bundled;
});
afterAll(() => rmSync(folder, { recursive: true }));

it('need no ajv', () => {
  expect(inputs.filter((path) => path.includes('node_modules'))).toEqual([]);
});

it('say the same as those compiled at run time', async () => {
  const samples = [
    {},
    { taskDefinition: 'x', count: '1', launchType: 'EC3', tags: [{ key: 1 }], unknown: 1 },
    {
      family: 'web',
      containerDefinitions: [{ name: 'a', memory: '5', environment: [{ nam: 'x' }] }],
      networkMode: 'x',
    },
  ];
  for (const operation of ['RunTask', 'RegisterTaskDefinition', 'ListClusters']) {
    const validators = [await loadValidator(operation), await bundled.loadValidator(operation)];
    for (const sample of samples) {
      const [here, there] = validators.map((validator) => problems(validator, sample));
      expect(there).toEqual(here);
    }
  }
});

const problems = (validator: Validator, input: unknown) =>
  validator(input)
    ? []
    : validator.errors?.map(({ keyword, instancePath, params }) => ({ keyword, instancePath, params }));
