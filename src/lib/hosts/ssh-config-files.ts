import { dirname, join } from 'node:path';
import type { LocalUser } from './ssh-settings.js';

const systemConfig = '/etc/ssh/ssh_config';

export interface ConfigRoot {
  path: string;
  /** OpenSSH takes relative includes from the folder that belongs to the kind of configuration. */
  folder: string;
}

/** Where OpenSSH begins to read: the user's file and the system's. */
export function configRoots({ home }: Pick<LocalUser, 'home'>): ConfigRoot[] {
  const folder = join(home, '.ssh');
  return [
    { path: join(folder, 'config'), folder },
    { path: systemConfig, folder: dirname(systemConfig) },
  ];
}

/** What is read instead of those (`ssh -F`). */
export const givenRoot = (path: string, { home }: Pick<LocalUser, 'home'>): ConfigRoot => ({
  path,
  folder: join(home, '.ssh'),
});

/** `Keyword value` or `Keyword=value`, the keyword in lower case. Pure. */
export function configLines(text: string): { keyword: string; value: string }[] {
  return text.split('\n').map((line) => {
    const [, keyword = '', value = ''] = /^\s*(\w+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
    return { keyword: keyword.toLowerCase(), value };
  });
}

/** The words of a value, with their quotes taken off, up to a comment. Pure. */
export function configWords(value: string): string[] {
  const words: string[] = [];
  for (const [, quoted, plain] of value.matchAll(/"([^"]*)"|(\S+)/g)) {
    const word = quoted ?? plain ?? '';
    if (word.startsWith('#')) break;
    words.push(word);
  }
  return words;
}
