import { type AccessScope, allows, scopeOf } from '../api/access.js';
import { EcsError } from '../api/errors.js';
import { type OperationFacts, type OperationName, Operations } from '../api/operations.js';
import type { Engine } from '../engine/engine.js';
import type { EngineEvent } from '../engine/events.js';
import type { Caller } from '../engine/serving/served-engine.js';
import type { Principal } from './authenticate.js';
import { readInput } from './read-input.js';
import { checkReferences } from './references.js';
import { answerBody, inputOf, operationOf, refusalBody, refusalOf, WireError } from './wire.js';

/** A request of ECS's API, its caller known. */
export interface ApiRequest {
  target: string | undefined;
  body: Buffer;
  region: string | undefined;
  principal: Principal;
  /** Warnings and the like, which the protocol has no place for. */
  onEvent: (event: EngineEvent) => void;
  /** Aborted when the caller is gone; asked for where it waits. */
  gone: () => AbortSignal;
}

export interface ApiAnswer {
  status: number;
  body: string;
  /** undefined where the request names none. */
  operation: OperationName | undefined;
  /** `OK`, or an error's. */
  code: string;
  /** Members of the input that the operation doesn't know: see readInput. */
  ignored?: readonly string[];
  /** What the refusal is about: see WireError. */
  at?: string | undefined;
  /** A fault of ours, for the log. */
  fault?: unknown;
}

/** Answers as ECS does. Never throws. */
export async function answerApi(
  { target, body, region, principal, onEvent, gone }: ApiRequest,
  engineFor: (caller: Caller) => Engine,
): Promise<ApiAnswer> {
  let operation: OperationName | undefined;
  let ignored: readonly string[] = [];
  try {
    operation = operationOf(target);
    checkAllowed(principal, operation);
    const read = readInput(operation, inputOf(body));
    const { input } = read;
    ({ ignored } = read);
    checkReferences(principal.scope, operation, input);
    const engine = engineFor({ region, onEvent, waits: false, signal: signalFor(operation, gone) });
    const answer = await engine.call(operation, input as never);
    return { status: 200, body: answerBody(answer), operation, code: 'OK', ignored };
  } catch (error) {
    return { ...refused(error), operation, ignored };
  }
}

/** What ECS has is done to its end; what waits, which only ours do, waits for nobody once the caller is gone. */
function signalFor(operation: OperationName, gone: () => AbortSignal): AbortSignal | undefined {
  const { ours }: OperationFacts = Operations[operation];
  return ours ? gone() : undefined;
}

export function refused(error: unknown): Omit<ApiAnswer, 'operation'> {
  const refusal = refusalOf(error);
  const { status, code } = refusal;
  const at = error instanceof WireError ? error.at : undefined;
  return { status, code, at, body: refusalBody(refusal), ...(status === 500 && { fault: error }) };
}

/** Throws EcsError AccessDeniedException; the text is AWS's. */
export function checkAllowed({ scope, accessKeyId }: Principal, operation: OperationName): void {
  const needed: AccessScope = scopeOf(operation);
  if (allows(scope, needed)) return;
  throw new EcsError(
    'AccessDeniedException',
    `User: ${accessKeyId ?? 'unknown'} is not authorized to perform: ecs:${operation} because its access key's scope is ${scope}, and this takes ${needed}`,
  );
}
