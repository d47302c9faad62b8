import { EcsError } from '../api/errors.js';
import { type OperationName, Operations } from '../api/operations.js';
import { unsupportedOperations } from '../api/other-operations.js';
import { HostError } from '../hosts/host-error.js';

/** AWS JSON 1.1, as ECS speaks it: what a request asks for, and what answers look like. Pure. */

export const CONTENT_TYPE = 'application/x-amz-json-1.1';

const PREFIX = 'AmazonEC2ContainerServiceV20141113.';

/** A refusal of the protocol itself, with AWS's code; those of operations are EcsErrors. */
export class WireError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** HTTP's */
    readonly status = 400,
    /** The path in the input of what it is about, for the log: AWS's texts don't say. */
    readonly at?: string,
  ) {
    super(message);
    this.name = 'WireError';
  }
}

/** The operation behind X-Amz-Target. Throws WireError, and EcsError UnsupportedFeatureException for what only AWS has. */
export function operationOf(target: string | undefined): OperationName {
  const name = target?.startsWith(PREFIX) ? target.slice(PREFIX.length) : undefined;
  if (name !== undefined && Object.hasOwn(Operations, name)) return name as OperationName;
  if (name !== undefined && Object.hasOwn(unsupportedOperations, name))
    throw new EcsError(
      'UnsupportedFeatureException',
      `${name} is not supported: ${unsupportedOperations[name]}.`,
    );
  throw new WireError(
    'UnknownOperationException',
    'The requested operation is not recognized by the service.',
  );
}

/** What was sent as input; an empty body is an empty input. Throws WireError where it is no JSON. */
export function inputOf(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new WireError('SerializationException', 'The body of the request is not JSON.');
  }
}

/** Times are epoch seconds on the wire. */
export const answerBody = (answer: object): string => JSON.stringify(epochSeconds(answer));

function epochSeconds(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(epochSeconds);
  const seconds: Record<string, unknown> = {};
  for (const name in value) seconds[name] = epochSeconds((value as Record<string, unknown>)[name]);
  return seconds;
}

export interface Refusal {
  status: number;
  code: string;
  message: string;
}

/** What of an error the caller may know: of a fault of ours, that there was one. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof WireError) return error;
  if (error instanceof EcsError) {
    const status = error.code === 'ServerException' ? 500 : 400;
    return { status, code: error.code, message: error.ecsText ?? error.message };
  }
  // ECS has no word for a host that doesn't answer; whoever asked can do something about it.
  if (error instanceof HostError)
    return { status: 400, code: 'ClientException', message: `${error.message}: ${error.remedy}` };
  return { status: 500, code: 'ServerException', message: 'The server could not do this; its log says why.' };
}

export const refusalBody = ({ code, message }: Refusal): string => JSON.stringify({ __type: code, message });
