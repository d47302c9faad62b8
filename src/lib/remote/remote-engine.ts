import { readFileSync } from 'node:fs';
import { EcsError, type EcsErrorCode } from '../api/errors.js';
import {
  type OperationFacts,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  Operations,
} from '../api/operations.js';
import { withIdempotencyToken } from '../api/idempotency-tokens.js';
import { jsonMembers } from '../api/json-members.js';
import { loadOutputSchema, loadSchema } from '../api/schema.js';
import { validateInput } from '../api/validate.js';
import type { Engine } from '../engine/engine.js';
import { withDates } from './answer-dates.js';
import { EndpointError } from './endpoint-error.js';
import { pollTasks } from './poll-tasks.js';
import { type Answer, openPoster, type PosterOptions } from './poster.js';
import { type Credentials, signature } from '../api/signature.js';

export interface RemoteOptions extends Omit<PosterOptions, 'url'> {
  /** An http:// or https:// URL. */
  endpoint: string;
  userAgent: string;
  /** Where they are given, requests are signed with them. */
  credentials?: Credentials | undefined;
  region: string;
  /** Epoch milliseconds. */
  clock: () => number;
  /** A word that no other request has. */
  newToken: () => string;
  signal: AbortSignal;
  /** Milliseconds between two looks of a waiter. */
  pollInterval?: number;
}

/** ECS's target prefix in the AWS JSON 1.1 protocol. */
const TARGET = 'AmazonEC2ContainerServiceV20141113';
/** ECS's waiters look every six seconds (botocore, waiters-2). */
const POLL = 6000;

/**
 * The engine behind an endpoint that speaks ECS's API (AWS JSON 1.1). It has ECS's operations with ECS's members; what is
 * ours is refused, since an endpoint that doesn't know a member does without it, and `dryRun` would run tasks. Throws EcsError as the endpoint answers it, and EndpointError.
 */
export function createRemoteEngine(options: RemoteOptions): Engine {
  const url = new URL(options.endpoint);
  const poster = openPoster({ ...options, url });

  async function call<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    { signal: more }: { signal?: AbortSignal | undefined } = {},
  ): Promise<OperationOutput<K>> {
    const signal = more === undefined ? options.signal : AbortSignal.any([options.signal, more]);
    if (operation === 'WaitTasks') {
      const describe = (asked: OperationInput<'DescribeTasks'>) =>
        send('DescribeTasks', asked, options.signal);
      const polling = { describe, interval: options.pollInterval ?? POLL, signal };
      return (await pollTasks(input as OperationInput<'WaitTasks'>, polling)) as OperationOutput<K>;
    }
    const { command, ours }: OperationFacts = Operations[operation];
    if (ours) throw notThere(command);
    return send(operation, input, signal);
  }

  async function send<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    signal: AbortSignal,
  ): Promise<OperationOutput<K>> {
    const members = ofEcs(operation, await validateInput(operation, input));
    const body = JSON.stringify(withIdempotencyToken(operation, members, options.newToken));
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${TARGET}.${operation}`,
    };
    const { credentials, region, clock, userAgent } = options;
    const signed = credentials && signature({ url, headers, body }, credentials, region, clock());
    const answer = await poster.post({ ...headers, ...signed, 'user-agent': userAgent }, body, signal);
    return readAnswer(operation, answer, options.endpoint) as OperationOutput<K>;
  }

  return {
    call,
    // eslint-disable-next-line require-yield -- it only throws
    async *logs() {
      throw notThere('logs');
    },
    async execute({ terminal: _, ...input }) {
      await send('ExecuteCommand', input, options.signal);
      throw new EndpointError(
        'the endpoint answers with a session of AWS Systems Manager, which this version does not speak',
        'Leave out --endpoint-url where the hosts can be reached by SSH',
      );
    },
    close: async () => poster.close(),
  };
}

/** The file of --ca-bundle. Throws EndpointError. */
export function readCertificates(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new EndpointError(
      `the certificates in ${path} can't be read: ${(error as Error).message}`,
      'Give --ca-bundle a file with certificates in PEM',
      { cause: error },
    );
  }
}

const notThere = (what: string): EndpointError =>
  new EndpointError(
    `${what} works on the hosts of your own state, not through an endpoint`,
    'Leave out --endpoint-url',
  );

/** The members that ECS knows. `refresh` is left to the endpoint; anything else of ours is refused. */
function ofEcs(operation: OperationName, input: object): Record<string, unknown> {
  const { properties = {} } = loadSchema(operation);
  const members = Object.entries(input).filter(([name]) => name !== 'refresh');
  const ours = members.find(([name, value]) => properties[name]?.['x-longshore'] && value !== false);
  if (ours) throw notThere(`${ours[0]} of ${Operations[operation].command}`);
  return Object.fromEntries(members.filter(([name]) => !properties[name]?.['x-longshore']));
}

function readAnswer(operation: OperationName, { status, headers, text }: Answer, endpoint: string): unknown {
  const body = parsed(text);
  if (status >= 200 && status < 300 && body !== undefined) {
    const schema = loadOutputSchema(operation) ?? {};
    return withDates(body, schema, schema);
  }
  const code = errorCode(headers['x-amzn-errortype'] ?? body?.['__type'] ?? body?.['code']);
  if (code === undefined)
    throw new EndpointError(
      `${new URL(endpoint).host} answers with HTTP status ${status}, which is no answer of ECS`,
      'Check that the URL is that of an endpoint of ECS',
    );
  const message = body?.['message'] ?? body?.['Message'] ?? body?.['errorMessage'];
  // Services have codes besides ECS's own, such as ThrottlingException; they are shown as they come.
  throw new EcsError(code as EcsErrorCode, typeof message === 'string' ? message : `HTTP status ${status}`);
}

/** `com.amazonaws.ecs#ClientException` and `ClientException:http://…` are ClientException. */
function errorCode(text: unknown): string | undefined {
  const name = typeof text === 'string' ? text.split(':')[0]?.split('#').at(-1) : undefined;
  return name === undefined || name === '' ? undefined : name;
}

/** undefined where it is no object in JSON; nothing at all is an empty one. */
function parsed(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  const value = jsonMembers(text);
  return Array.isArray(value) ? undefined : value;
}
