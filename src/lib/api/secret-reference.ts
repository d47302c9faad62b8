/** Where `valueFrom` says that a value is. */
export type SecretSource =
  /** A secret of this name, wherever the client keeps its secrets; the names to look for, the first that exists counts. */
  | { kind: 'named'; names: [string, ...string[]] }
  /** A variable of the client's environment. */
  | { kind: 'environment'; name: string }
  /** A file of the client's. */
  | { kind: 'file'; path: string };

export interface SecretReference {
  source: SecretSource;
  /** The value is a JSON object, and this member of it is meant. */
  jsonKey?: string;
  /** Version stage or id of AWS Secrets Manager other than the current one. */
  version?: string;
}

/**
 * Reads `valueFrom` (and credentialsParameter): a name, `env:NAME`, `file:PATH`, or an ARN of AWS as ECS's documents
 * have them (`…:parameter/NAME`, `…:secret:NAME-AbCdEf:JSON-KEY:STAGE:VERSION`), which is taken for its name. undefined
 * where it is none of these. Pure.
 */
export function parseSecretReference(valueFrom: string): SecretReference | undefined {
  // eslint-disable-next-line no-control-regex -- no name and no path has any
  if (valueFrom === '' || /[\u0000-\u001f\u007f]/.test(valueFrom)) return undefined;
  const [, prefix, rest = ''] = /^(env|file):(.*)$/.exec(valueFrom) ?? [];
  if (prefix !== undefined && rest === '') return undefined;
  if (prefix === 'env')
    return rest.includes('=') ? undefined : { source: { kind: 'environment', name: rest } };
  if (prefix === 'file') return { source: { kind: 'file', path: rest } };
  if (valueFrom.startsWith('arn:')) return readArn(valueFrom);
  return valueFrom.includes(':') ? undefined : named({}, valueFrom);
}

/** A parameter's leading slash is no part of its name: `/prod/db` is `prod/db`. */
export const secretName = (text: string): string => text.replace(/^\/+/, '');

/** Most characters of a name, and bytes of a value (AWS Secrets Manager's). */
export const secretLimits = { name: 512, value: 65_536 };

/**
 * Whether a secret may be called so: what AWS allows in names of parameters and secrets (`!` is in those that its own
 * services keep, such as `rds!db-…`). Never with a segment `..`: commands make paths of names.
 */
export const isSecretName = (name: string): boolean =>
  /^[A-Za-z0-9_][A-Za-z0-9_/+=.@!-]*$/.test(name) &&
  !name.split('/').includes('..') &&
  name.length <= secretLimits.name;

/** The client's variable that a secret of this name may be given in: `prod/db` is LONGSHORE_SECRET_PROD_DB. */
export const secretVariable = (name: string): string =>
  `LONGSHORE_SECRET_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

function readArn(arn: string): SecretReference | undefined {
  const secret =
    /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:([^:]+)(?::([^:]*))?(?::([^:]*))?(?::([^:]*))?$/.exec(arn);
  if (secret !== null) {
    const [, text = '', jsonKey, stage, id] = secret;
    const version = id || (stage === 'AWSCURRENT' ? '' : stage);
    // AWS ends the ARN with six signs of its own; a name that ends so itself is looked for first.
    return named(
      { ...(jsonKey && { jsonKey }), ...(version && { version }) },
      text,
      text.replace(/-[A-Za-z0-9]{6}$/, ''),
    );
  }
  const parameter = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter[/:](.+)$/.exec(arn)?.[1];
  const name = parameter ?? /[^:]+$/.exec(arn)?.[0];
  return name === undefined ? undefined : named({}, name);
}

function named(more: Omit<SecretReference, 'source'>, ...texts: string[]): SecretReference | undefined {
  const [first, ...others] = new Set(texts.map(secretName).filter((name) => name !== ''));
  return first === undefined ? undefined : { source: { kind: 'named', names: [first, ...others] }, ...more };
}
