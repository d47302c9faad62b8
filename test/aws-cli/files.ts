import { fileURLToPath } from 'node:url';

/** Stands for the folder of test/aws-cli/files. */
export const FILES = '@FILES@';

export const file = (name: string) => `file://${FILES}/${name}`;

const folder = fileURLToPath(new URL('./files', import.meta.url));

/** With the paths of this machine. */
export const withFiles = (argv: readonly string[]): string[] =>
  argv.map((word) => word.replaceAll(FILES, folder));
