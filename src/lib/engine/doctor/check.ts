import type { DoctorCheck } from '../../api/operation-types.js';

export type Check = DoctorCheck;

export const ok = (check: string, detail: string): Check => ({ check, status: 'ok', detail });

export const unknown = (check: string, detail: string): Check => ({ check, status: 'unknown', detail });

export const warning = (check: string, detail: string, remedy: string): Check => ({
  check,
  status: 'warning',
  detail,
  remedy,
});

export const failed = (check: string, detail: string, remedy: string): Check => ({
  check,
  status: 'failed',
  detail,
  remedy,
});
