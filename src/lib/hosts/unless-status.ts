import { HostError } from './host-error.js';

/** undefined where there is no such thing on the host. */
export function unless404<T>(asking: Promise<T>): Promise<T | undefined> {
  return unlessStatus([404], asking);
}

/** undefined where the engine answers with one of these statuses, or with words that mean the same. */
export async function unlessStatus<T>(
  statuses: number[],
  asking: Promise<T>,
  also: (error: HostError) => boolean = () => false,
): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof HostError && (statuses.includes(error.status ?? 0) || also(error))) return undefined;
    throw error;
  }
}
