import { DocumentError } from '../api/document-error.js';
import { EcsError, type EcsErrorCode } from '../api/errors.js';
import { shorten } from '../api/shorten.js';
import { ConfigError } from '../config.js';
import { HostError } from '../hosts/host-error.js';
import { EXIT } from './exit-codes.js';
import { clean } from './terminal-text.js';
import { UsageError } from './usage-error.js';

/** An error in words: what stderr gets, line by line, and the exit code. */
export interface RenderedError {
  /** What happened. */
  message: string;
  /** What to do about it. */
  remedy?: string;
  code: number;
}

export interface ErrorContext {
  /** The ECS operation that was called, where it is one. */
  operation?: string;
  /** The verb, for usage errors. */
  verb?: string;
  /** Somebody reads it: no need for the form that scripts for `aws` look for. */
  toPeople: boolean;
}

/** The one place that words errors. */
export function renderError(error: unknown, context: ErrorContext): RenderedError {
  if (error instanceof DocumentError) return { message: line(error), remedy: error.remedy, code: EXIT.usage };
  if (error instanceof EcsError) return ecsError(error, context);
  // Words of hosts stand in it: in one line, so that none of them can be taken for one of ours.
  if (error instanceof HostError)
    return { message: clean(line(error)), remedy: error.remedy, code: EXIT.partly };
  if (error instanceof UsageError) return usageError(error, context);
  if (named(error, 'QueryError'))
    return {
      message: line(error),
      remedy: 'Everything else is done. Without --query the whole answer is shown.',
      code: EXIT.refused,
    };
  if (error instanceof ConfigError) return { message: line(error), code: EXIT.usage };
  if (
    withRemedy(error, 'StoreError') ||
    withRemedy(error, 'EndpointError') ||
    withRemedy(error, 'ServeError')
  )
    return { message: line(error), remedy: error.remedy, code: EXIT.refused };
  if (named(error, 'StoreConflict'))
    return {
      message: 'others changed the same records meanwhile',
      remedy: 'Run it again.',
      code: EXIT.refused,
    };
  return unexpected(error);
}

/** The first line is the AWS CLI's, since scripts look for it. */
function ecsError(error: EcsError, { operation, toPeople }: ErrorContext): RenderedError {
  const where = operation === undefined ? '' : ` when calling the ${operation} operation`;
  const message = toPeople
    ? `${error.code}: ${error.message}`
    : `An error occurred (${error.code})${where}: ${error.message}`;
  return {
    message,
    remedy: error.remedy ?? (Object.hasOwn(remedies, error.code) ? remedies[error.code] : undefined),
    code: EXIT.refused,
  };
}

const remedies: Partial<Record<EcsErrorCode, string>> = {
  ClusterNotFoundException:
    'Run longshore list-clusters to see their names, or longshore create-cluster to make one.',
  ClusterContainsTasksException: 'Stop them first: longshore list-tasks, longshore stop-task --task ID.',
  ClusterContainsContainerInstancesException:
    'Take the hosts out first: longshore deregister-container-instance --container-instance NAME.',
};

function usageError(error: UsageError, { verb }: ErrorContext): RenderedError {
  const help = `longshore ${verb === undefined ? '' : `${verb} `}--help shows what there is.`;
  return {
    message: line(error),
    remedy: error.remedy === undefined ? help : `${withoutLongWords(error.remedy)} ${help}`,
    code: EXIT.usage,
  };
}

function unexpected(error: unknown): RenderedError {
  const message =
    error instanceof Error
      ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}`
      : String(error);
  return {
    message: `unexpected: ${clean(message)}`,
    remedy: 'This is a fault of Longshore. Run it again with --debug to see where, and please report it.',
    code: EXIT.refused,
  };
}

/** The rooms of store and endpoint are closed to the command line; their errors are known by their names. */
function withRemedy(error: unknown, name: string): error is Error & { remedy: string } {
  return named(error, name) && typeof (error as { remedy?: unknown }).remedy === 'string';
}

const named = (error: unknown, name: string): error is Error => error instanceof Error && error.name === name;

const line = (error: Error): string => withoutLongWords(error.message);

/** What was typed by mistake may be very long; paths are not as long as this. */
const withoutLongWords = (text: string): string => text.replace(/\S{500,}/g, (word) => shorten(word));
