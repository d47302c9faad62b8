import { joinCommand } from '../api/command-words.js';
import { EndpointError } from './endpoint-error.js';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses the connection',
  ENOENT: 'does not listen: there is no such socket',
  EACCES: 'does not let this user in',
  ENOTFOUND: 'has no address: the name was not found',
  EAI_AGAIN: 'has no address: the name could not be looked up',
  EHOSTUNREACH: 'is out of reach: there is no way to it',
  ENETUNREACH: 'is out of reach: there is no way to it',
  ETIMEDOUT: 'did not answer',
  ECONNRESET: 'closed the connection before it answered',
  EPROTO: 'does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS',
};

/** An error of Node.js on the way to a server, in our words; `name` is what they call it: HOST:PORT, or a socket's path. */
export function reachFailure(error: NodeJS.ErrnoException, name: string): Error {
  if (error instanceof EndpointError) return error;
  const { code = '' } = error;
  const about = (what: string, remedy: string) =>
    new EndpointError(`${name} ${what}`, remedy, { cause: error });
  if (/^(CERT_|ERR_TLS_CERT)|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code))
    return about(`shows a certificate that is not trusted (${error.message})`, 'Give its --ca-bundle FILE');
  if (code.startsWith('HPE_')) return about('does not speak HTTP', 'Check the port and http or https');
  return about(REASONS[code] ?? `can't be reached: ${error.message}`, remedyFor(code, name));
}

function remedyFor(code: string, name: string): string {
  if (!name.startsWith('/')) return 'Check the endpoint and its port';
  return code === 'EACCES'
    ? 'A socket is for the user whom its server runs as'
    : `Check the path, or start the server: longshore serve --socket ${joinCommand([name])}`;
}
