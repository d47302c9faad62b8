import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const envOutsideConfig = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'process.env is read in src/lib/config.ts only; take what you need as a parameter.',
};
const clockOutsideComposition = {
  selector:
    "CallExpression[callee.object.name='Date'][callee.property.name='now'], CallExpression[callee.object.name='Math'][callee.property.name='random'], NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'Clock and randomness come in as parameters, so that a decision can be replayed.',
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts', '**/*.mts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/lib/config.ts'],
    rules: { 'no-restricted-syntax': ['error', envOutsideConfig] },
  },
  {
    files: ['src/lib/{api,engine,scheduler,services,agent,store}/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', envOutsideConfig, clockOutsideComposition] },
  },
  {
    files: ['src/commands/**/*.ts'],
    rules: { 'max-lines': ['error', { max: 90, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['test/**/*.{ts,mjs}', 'bench/**/*.ts', 'scripts/**/*', 'bin/**', '*.config.*'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
      },
    },
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
