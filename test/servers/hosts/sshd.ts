import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import { afterAll } from 'vitest';
import { makeKey, type TestKey } from '../../unit/hosts/keys.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let count = 0;

/** An engine that answers as told; greeting it works of itself. */
export class TestEngine {
  /** `GET /v1.41/info` … without the greeting. */
  readonly requests: string[] = [];
  /** undefined: it never answers. */
  version: { ApiVersion?: string; MinAPIVersion?: string } | undefined = { ApiVersion: '1.41' };
  readonly #sockets = new Set<Socket>();
  readonly #server = createHttpServer((request, response) => {
    if (request.url === '/_ping' || request.url === '/version') {
      if (this.version?.ApiVersion) response.setHeader('Api-Version', this.version.ApiVersion);
      return void (this.version && answer(response, this.version));
    }
    this.requests.push(`${request.method} ${request.url}`);
    this.handler(request, response);
  });

  private constructor(
    readonly path: string,
    public handler: Handler,
  ) {}

  static async start(folder: string, handler: Handler = notFound): Promise<TestEngine> {
    const engine = new TestEngine(join(folder, `engine-${++count}.sock`), handler);
    engine.#server.on('connection', (socket) => {
      engine.#sockets.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => engine.#server.listen(engine.path, resolve));
    afterAll(() => engine.stop());
    return engine;
  }

  /** Connections end at once, as when the engine is killed. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  stop(): void {
    this.dropAll();
    this.#server.close();
  }
}

const notFound: Handler = (_, response) => answer(response, { message: 'no such thing' }, 404);

export function answer(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

export interface SshdOptions {
  hostKeys?: TestKey[];
  /** Whose keys are accepted. */
  authorized?: TestKey[];
  /** Authentications that may fail, as OpenSSH's MaxAuthTries. */
  maxAuthTries?: number;
  /** Where the engine listens, and whether this server forwards to it. */
  engine?: TestEngine;
  forwards?: boolean;
  /** What commands do; undefined: not found. */
  runs?: (command: string, stream: ssh2.ServerChannel) => boolean;
  /** Programs at once on one connection, as OpenSSH's MaxSessions. */
  maxSessions?: number;
}

/** An SSH server in this process, that goes by what tests want of it. */
export class TestSshd {
  port = 0;
  /** Connections that were ever made, and most that were being made at once. */
  connections = 0;
  mostAtOnce = 0;
  /** Drop so many of the next connections before the first word. */
  dropNext = 0;
  /** From now on: accept connections, and never say a word. */
  mute = false;
  /** Milliseconds until a connection is answered. */
  delay = 0;
  /** Keys that were offered, as base64; channels that were opened. */
  readonly offered: string[] = [];
  readonly channels: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Set<ssh2.Connection>();
  #shaking = 0;

  private constructor(readonly options: SshdOptions) {}

  static async start(options: SshdOptions = {}): Promise<TestSshd> {
    const sshd = new TestSshd(options);
    const hostKeys = (options.hostKeys ?? [makeKey()]).map((key) => key.private);
    const server = new ssh2.Server({ hostKeys, ident: 'OpenSSH_9.9' }, (client) => sshd.#serve(client));
    const front = createServer((socket) => sshd.#accept(socket, server));
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    sshd.port = (front.address() as AddressInfo).port;
    afterAll(() => {
      sshd.dropAll();
      front.close();
    });
    return sshd;
  }

  /** All connections end at once. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing comes through any more, in either direction, on the connections that there are. */
  freeze(): void {
    for (const socket of this.#sockets) {
      socket.pause();
      socket.removeAllListeners('data');
      socket.write = () => true;
    }
  }

  #accept(socket: Socket, server: ssh2.Server): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    if (this.dropNext > 0) {
      this.dropNext--;
      socket.destroy();
      return;
    }
    if (this.mute) return;
    this.#shaking++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#shaking);
    setTimeout(() => server.injectSocket(socket as never), this.delay);
  }

  #serve(client: ssh2.Connection): void {
    this.#clients.add(client);
    let failures = 0;
    let sessions = 0;
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      const refuse = () => {
        if (context.method !== 'none' && ++failures >= (this.options.maxAuthTries ?? 6)) {
          (client as unknown as { _protocol: { disconnect(code: number): void } })._protocol.disconnect(2);
          client.end();
          return;
        }
        context.reject(['publickey']);
      };
      if (context.method !== 'publickey') return refuse();
      const key = context.key.data;
      if (context.signature === undefined) this.offered.push(key.toString('base64'));
      const known = (this.options.authorized ?? []).find((one) => one.blob.equals(key));
      if (!known) return refuse();
      if (context.signature === undefined) return context.accept();
      const parsed = ssh2.utils.parseKey(known.public) as ssh2.ParsedKey;
      const good =
        parsed.verify(context.blob as Buffer, context.signature, context.hashAlgo as never) === true;
      return good ? context.accept() : refuse();
    });
    client.once('ready', () => this.#shaking--);
    client.on('openssh.streamlocal', (accept, reject, info) => {
      this.channels.push(`forward ${info.socketPath}`);
      const { engine, forwards = true } = this.options;
      if (!engine || !forwards) return reject();
      const socket = connect(engine.path);
      socket.once('error', () => reject());
      socket.once('connect', () => join2(accept() as unknown as Duplex, socket));
    });
    client.on('tcpip', (accept, reject, info) => {
      this.channels.push(`tcp ${info.destIP}:${info.destPort}`);
      const socket = connect(info.destPort, info.destIP);
      socket.once('error', () => reject());
      socket.once('connect', () => join2(accept() as unknown as Duplex, socket));
    });
    client.on('session', (accept, reject) => {
      if (++sessions > (this.options.maxSessions ?? 10)) {
        sessions--;
        return reject();
      }
      const session = accept();
      session.on('exec', (acceptExec, _reject, info) => {
        this.channels.push(`exec ${info.command}`);
        const stream = acceptExec();
        // As OpenSSH counts: a program that has ended and closed its output is none any more.
        let ended = false;
        for (const event of ['finish', 'close'])
          stream.once(event, () => {
            if (!ended) sessions--;
            ended = true;
          });
        if (this.options.runs?.(info.command, stream)) return;
        stream.stderr.write(`sh: 1: ${info.command.split(' ')[0]}: not found\n`);
        stream.exit(127);
        stream.end();
      });
    });
  }
}

/** What `docker system dial-stdio` does. */
export function dialStdio(engine: TestEngine, stream: ssh2.ServerChannel): void {
  const socket = connect(engine.path);
  socket.once('error', () => {
    stream.stderr.write(
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?\n',
    );
    stream.exit(1);
    stream.end();
  });
  socket.once('connect', () => join2(stream as unknown as Duplex, socket));
  socket.once('close', () => stream.exit(0));
}

/** A program prints this and ends. */
export function finish(stream: ssh2.ServerChannel, text: string, code = 0): true {
  stream.write(text);
  stream.exit(code);
  stream.end();
  return true;
}

function join2(a: Duplex, b: Duplex): void {
  a.on('error', () => undefined);
  b.on('error', () => undefined);
  a.on('close', () => b.destroy());
  a.pipe(b).pipe(a);
}
