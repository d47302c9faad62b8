import { clean } from './terminal-text.js';

/** Without the service's name, which who reads it knows, and with the beginnings of tasks' ids. */
export const eventText = ({ message = '' }: { message?: string | undefined }): string =>
  clean(message)
    .replace(/^\(service [^)]*\) /, '')
    .replace(/\(task ([0-9a-f]{8})[0-9a-f]{24}\)/g, '$1');
