import { EcsError, type EcsErrorCode } from '../api/errors.js';
import { HostError, type HostFailure } from '../hosts/host-error.js';

/** An error as a session carries it. */
export interface SentError {
  /** The class of the error, where others know it. */
  name: string;
  message: string;
  remedy?: string | undefined;
  code?: string | undefined;
  host?: string | undefined;
  kind?: string | undefined;
  status?: number | undefined;
}

/** Those whose words are for the caller; of others it learns only that there was one. */
const TOLD = new Set(['EcsError', 'HostError', 'StoreError', 'StoreConflict']);

/** `request`: the id by which the server's log tells of it. */
export function encodeError(error: unknown, request?: string): SentError {
  if (!(error instanceof Error) || !TOLD.has(error.name))
    return {
      name: 'EcsError',
      code: 'ServerException',
      message: `The server could not do this; its log says why${request === undefined ? '' : ` (request ${request})`}.`,
    };
  const { name, message } = error;
  const { remedy, code, host, kind, status } = error as Partial<SentError>;
  return { name, message, remedy, code, host, kind, status };
}

export const isKnown = (error: unknown): boolean => error instanceof Error && TOLD.has(error.name);

/** The error as who called would have got it from an engine of its own. What comes may be of any kind: texts are made of it. */
export function decodeError(given: SentError | null | undefined): Error {
  const sent: Partial<SentError> = given ?? {};
  const { status } = sent;
  const name = text(sent.name) ?? 'Error';
  const message = text(sent.message) ?? 'the server gives no reason';
  const remedy = text(sent.remedy);
  if (name === 'EcsError')
    return new EcsError((text(sent.code) ?? 'ServerException') as EcsErrorCode, message, remedy);
  if (name === 'HostError')
    return new HostError(text(sent.host) ?? '', text(sent.kind) as HostFailure, message, remedy ?? '', {
      ...(typeof status === 'number' && { status }),
    });
  return Object.assign(new Error(message), { name, ...(remedy !== undefined && { remedy }) });
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
