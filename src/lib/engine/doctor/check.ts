import type { DoctorCheck } from '../../api/operation-types.js';

export type Check = DoctorCheck;

/** What mends it: words, a command, or words and then a command. A text alone is words. */
export type Mend = Pick<Check, 'remedy' | 'command'> | string;

export const ok = (check: string, detail: string): Check => ({ check, status: 'ok', detail });

export const unknown = (check: string, detail: string): Check => ({ check, status: 'unknown', detail });

export const warning = (check: string, detail: string, mend: Mend): Check => ({
  check,
  status: 'warning',
  detail,
  ...asMembers(mend),
});

export const failed = (check: string, detail: string, mend: Mend): Check => ({
  check,
  status: 'failed',
  detail,
  ...asMembers(mend),
});

const asMembers = (mend: Mend) => (typeof mend === 'string' ? { remedy: mend } : mend);
