import { execFile } from 'node:child_process';
import { readdir, readFile, stat, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { userInfo } from 'node:os';
import { Failure } from './failures.js';
import { scriptWords } from './host-script.js';
import type { HostScript, ScriptResult } from './hosts.js';
import { socketTables } from './ports.js';
import { surveyCommand } from './survey.js';
import { longestTimer } from './time-limit.js';
import type { Transport } from './transport.js';

/** The engine of this machine, by its Unix socket. `connectTimeout` in seconds. */
export function localTransport(socketPath: string, connectTimeout: number): Transport {
  let closed = false;
  return {
    place: socketPath,
    socketPath,
    via: undefined,
    networkName: undefined,
    fingerprint: undefined,
    way: 'socket',
    key: undefined,
    heard: undefined,
    silence: 0,
    heed: () => undefined,
    ready: async () => undefined,
    mostStreams: () => Infinity,
    open: async () => {
      if (closed) throw new Failure('closed');
      return openUnix(socketPath, connectTimeout);
    },
    readSocketTables,
    freeBytes,
    listFolder: (path) => readdir(path).catch(() => undefined),
    modifiedAt,
    survey: surveyHere,
    runScript: runScriptHere,
    drop: () => undefined,
    close: () => {
      closed = true;
    },
  };
}

function openUnix(path: string, seconds: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const timer = setTimeout(
      () => {
        socket.destroy();
        reject(new Failure('engine-timeout', { seconds }));
      },
      Math.min(seconds * 1000, longestTimer),
    );
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(failureOf(path, error));
    });
  });
}

function failureOf(path: string, error: NodeJS.ErrnoException): Failure {
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new Failure('socket-denied', { place: userInfo().username, path }, { cause: error });
  }
  const reasons: Record<string, string> = { ENOENT: 'no such file', ECONNREFUSED: 'nothing listens' };
  return new Failure(
    'no-engine',
    { path, detail: reasons[error.code ?? ''] ?? error.code },
    { cause: error },
  );
}

async function readSocketTables(): Promise<string | undefined> {
  const tables = await Promise.all(socketTables.map((file) => readFile(file, 'utf8').catch(() => undefined)));
  return tables.every((table) => table === undefined) ? undefined : tables.join('\n');
}

/** Seconds, as for a host that is far away. */
const surveyLimit = 10;

async function surveyHere(dataRoot: string): Promise<string | undefined> {
  const [program = '', ...args] = surveyCommand(dataRoot);
  const options = { timeout: surveyLimit * 1000, maxBuffer: 4 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(program, args, options, (_error, stdout) => resolve(stdout === '' ? undefined : stdout));
  });
}

async function runScriptHere({ limit, ...script }: HostScript): Promise<ScriptResult> {
  const [program = '', ...args] = scriptWords(script);
  const options = { timeout: limit * 1000, maxBuffer: 4 * 1024 * 1024 };
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (_error, stdout) =>
      resolve({ code: child.exitCode, stdout }),
    );
  });
}

async function freeBytes(path: string): Promise<number | undefined> {
  const found = await statfs(path).catch(() => undefined);
  return found && found.bavail * found.bsize;
}

async function modifiedAt(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && Math.round(found.mtimeMs);
}
