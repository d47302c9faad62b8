import type { HostScript } from './hosts.js';

/** The words of its command, to be quoted or not as the way there needs it. */
export const scriptWords = ({ text, args, sudo = false }: Omit<HostScript, 'limit'>): string[] => [
  ...(sudo ? ['sudo', '-n'] : []),
  'sh',
  '-c',
  text,
  'sh',
  ...args,
];
