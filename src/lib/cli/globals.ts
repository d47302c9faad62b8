import type { EndpointOptions } from '../app.js';
import { withoutPassword } from '../api/without-password.js';
import { seconds } from '../api/seconds.js';
import { readEndpoint } from '../config.js';
import { type CliFlags, switchFlag, textFlag } from './flag.js';
import { OUTPUT_FORMATS, type OutputFormat } from './output.js';
import { UsageError } from './usage-error.js';
import { textOf, type Words } from './words.js';

const helpGroup = 'global';
/** Flags of `aws` that say nothing here: understood, so that command lines written for it work as they are. */
const foreign = { hidden: true } as const;

/** Flags that every command takes. */
export const globalFlags: CliFlags = {
  state: textFlag('File that keeps the state (default: LONGSHORE_STATE, else under XDG_STATE_HOME)', {
    helpGroup,
    helpValue: '<file>',
  }),
  region: textFlag('Region that ARNs are printed with', { helpGroup, helpValue: '<name>' }),
  output: textFlag('Form of the answer (default: a table on a terminal, else json)', {
    helpGroup,
    options: OUTPUT_FORMATS,
    helpValue: OUTPUT_FORMATS.join('|'),
  }),
  json: switchFlag('The same as --output json', { helpGroup }),
  query: textFlag('What to show of the answer: a JMESPath expression', {
    helpGroup,
    helpValue: '<jmespath>',
  }),
  color: textFlag('Colour: auto is on for terminals; --no-color is off', {
    helpGroup,
    options: ['on', 'off', 'auto'],
    helpValue: 'on|off|auto',
    allowNo: true,
  }),
  debug: switchFlag('Show each step with its time, and stack traces', { helpGroup }),
  'connect-timeout': textFlag('Most seconds that connecting to a host may take (default 10)', {
    helpGroup,
    helpValue: '<seconds>',
  }),
  'accept-new-host-keys': switchFlag('Trust hosts that known_hosts does not know yet', { helpGroup }),
  'ssh-config': textFlag('OpenSSH configuration file instead of ~/.ssh/config', {
    helpGroup,
    helpValue: '<file>',
  }),
  endpoint: textFlag('A longshore server that answers: ssh://, unix://, http:// or https://', {
    helpGroup,
    helpValue: '<url>',
  }),
  'endpoint-url': textFlag("Any server of ECS's API that answers, with what ECS has", {
    helpGroup,
    helpValue: '<url>',
  }),
  paginate: switchFlag('Only the first page of a list, as --no-paginate', { ...foreign, allowNo: true }),
  'cli-connect-timeout': textFlag('The same as --connect-timeout', foreign),
  profile: textFlag('Ignored: there are no AWS accounts here', foreign),
  'ca-bundle': textFlag('Certificates that an https:// endpoint is checked with, in PEM', foreign),
  'cli-read-timeout': textFlag('Most seconds that an endpoint may take to answer (default 60)', foreign),
  'cli-binary-format': textFlag('Ignored', { ...foreign, options: ['base64', 'raw-in-base64-out'] }),
  'verify-ssl': switchFlag('Check the certificate of an https:// endpoint', { ...foreign, allowNo: true }),
  'sign-request': switchFlag('Sign requests to an endpoint', { ...foreign, allowNo: true }),
  'cli-pager': switchFlag('Ignored: there is no pager', { ...foreign, allowNo: true }),
  'cli-auto-prompt': switchFlag('Ignored: prompts need no flag', { ...foreign, allowNo: true }),
};

/** Flags of commands that are one ECS operation. */
export const operationFlags: CliFlags = {
  'cli-input-json': textFlag('The input as JSON, or file://PATH; flags take precedence', {
    helpGroup: 'input',
    helpValue: '<json>',
  }),
  'cli-input-yaml': textFlag('The input as YAML, or file://PATH; flags take precedence', {
    helpGroup: 'input',
    helpValue: '<yaml>',
  }),
  'generate-cli-skeleton': textFlag('Print an input to fill in, or what an answer may hold; do nothing', {
    helpGroup: 'input',
    bare: 'input',
    options: ['input', 'yaml-input', 'output'],
    helpValue: 'input|yaml-input|output',
  }),
};

/** What the global flags of a command line say. */
export interface GlobalOptions {
  state?: string;
  region?: string;
  /** undefined: a form for people on a terminal, else json. */
  output?: OutputFormat;
  /** A JMESPath expression, not understood yet. */
  query?: string;
  color: 'on' | 'off' | 'auto';
  debug: boolean;
  /** Seconds */
  connectTimeout?: number;
  acceptNewHostKeys?: boolean;
  sshConfigFile?: string;
  endpoint?: EndpointOptions;
}

/** Seconds, as the AWS CLI has it. */
const READ_TIMEOUT = 60;

/** Reads the global flags. Throws UsageError where a value makes no sense or a flag can't be honoured. */
export function globalOptions(words: Words): GlobalOptions {
  const timeout = textOf(words, 'connect-timeout') ?? awsTimeout(words);
  return {
    state: textOf(words, 'state'),
    region: textOf(words, 'region'),
    output: words.given.get('json') === true ? 'json' : (textOf(words, 'output') as OutputFormat | undefined),
    query: textOf(words, 'query'),
    color:
      words.given.get('color') === false
        ? 'off'
        : ((textOf(words, 'color') as 'on' | 'off' | undefined) ?? 'auto'),
    debug: words.given.get('debug') === true,
    connectTimeout: timeout === undefined ? undefined : positiveSeconds('connect-timeout', timeout),
    acceptNewHostKeys: words.given.get('accept-new-host-keys') as boolean | undefined,
    sshConfigFile: textOf(words, 'ssh-config'),
    endpoint: endpointOptions(words),
  };
}

/** A flag goes before the environment, and so does a state that is named. */
function endpointOptions(words: Words): EndpointOptions | undefined {
  const plain = textOf(words, 'endpoint-url');
  const given = textOf(words, 'endpoint');
  if (plain !== undefined && given !== undefined)
    throw new UsageError('--endpoint and --endpoint-url are two servers: give one of them');
  if (given !== undefined && words.given.has('state'))
    throw new UsageError("--endpoint has the server's state: leave out --state");
  if (plain !== undefined && !/^https?:$/.test(URL.canParse(plain) ? new URL(plain).protocol : ''))
    throw new UsageError('--endpoint-url takes an http:// or https:// URL');
  const ours = given ?? (words.given.has('state') ? undefined : readEndpoint());
  const url = plain ?? ours;
  if (url === undefined) return undefined;
  if (plain === undefined && !/^(https?|unix|ssh):\/\/./i.test(url))
    throw new UsageError(
      `${given === undefined ? 'LONGSHORE_ENDPOINT' : '--endpoint'} takes ssh://, unix://, http:// or https://, not "${withoutPassword(url)}"`,
    );
  const timeout = textOf(words, 'cli-read-timeout');
  return {
    api: plain === undefined ? 'longshore' : 'ecs',
    url,
    readTimeout:
      timeout === undefined
        ? READ_TIMEOUT
        : timeout === '0'
          ? 0
          : positiveSeconds('cli-read-timeout', timeout),
    caBundle: textOf(words, 'ca-bundle'),
    verify: words.given.get('verify-ssl') !== false,
    sign: words.given.get('sign-request') !== false,
  };
}

/** With `aws`, 0 is no time limit of its own. */
function awsTimeout(words: Words): string | undefined {
  const text = textOf(words, 'cli-connect-timeout');
  return text === '0' ? undefined : text;
}

function positiveSeconds(name: string, text: string): number {
  const value = seconds(text);
  if (value !== undefined && value > 0) return value;
  throw new UsageError(`--${name} takes seconds above 0, such as 10 or 30s, not "${text}"`);
}
