import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCluster } from '../hosts/cluster.js';
import { machineAddress } from '../hosts/network.js';
import { ensurePrograms } from '../hosts/packages.js';
import { waitUntil } from '../hosts/wait.js';

/** Who may use a registry that asks for a password. */
export const login = { username: 'ann', password: 'pass word' };
/** bcrypt, the only kind that the registry takes. */
const htpasswd = 'ann:$2y$05$abcdefghijklmnopqrstuuIt/9/tGzLcigNq/.RWIDjeEVR30RSf.\n';

/**
 * A real registry (Debian's docker-registry) on this machine, which the test hosts reach through a gate that counts
 * what they ask for and can make them wait.
 */
export class Registry {
  /** `GET /v2/app/blobs/sha256:…` of each host, as it came. */
  readonly requests: { host: string; line: string }[] = [];
  /** How long answers to a request take, in milliseconds: 0, the default, or up to Infinity. */
  delay: (line: string) => number = () => 0;
  /** What is held back. */
  readonly held = new Set<ServerResponse>();
  readonly #gate: Server;

  private constructor(
    private readonly child: ChildProcess,
    private readonly dir: string,
    private readonly isOwner: boolean,
    private readonly port: number,
    readonly host: string,
  ) {
    this.#gate = createServer((incoming, answer) => this.#pass(incoming, answer));
  }

  /** `locked`: the images of that one, for who has the password. */
  static async start(cluster: TestCluster, { locked }: { locked?: Registry } = {}): Promise<Registry> {
    await ensurePrograms({ 'docker-registry': 'docker-registry' });
    const dir = locked?.dir ?? mkdtempSync(join(tmpdir(), 'longshore-registry-'));
    const port = await freePort();
    const config = join(dir, `config-${port}.yml`);
    const path = join(dir, 'htpasswd');
    if (locked) writeFileSync(path, htpasswd);
    const storage = { filesystem: { rootdirectory: join(dir, 'data') } };
    writeFileSync(
      config,
      JSON.stringify({
        version: 0.1,
        log: { level: 'error' },
        storage,
        ...(locked && { auth: { htpasswd: { realm: 'test', path } } }),
        http: { addr: `127.0.0.1:${port}` },
      }),
    );
    const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
    const registry = new Registry(child, dir, locked === undefined, port, machineAddress(cluster.subnet));
    await new Promise<void>((resolve) => registry.#gate.listen(0, registry.host, resolve));
    await waitUntil('The registry answering', 10_000, () =>
      fetch(`http://127.0.0.1:${port}/v2/`).then(
        (answer) => answer.ok || answer.status === 401,
        () => false,
      ),
    );
    return registry;
  }

  /** `10.0.0.1:40000/NAME` */
  reference(name: string): string {
    return `${this.host}:${(this.#gate.address() as AddressInfo).port}/${name}`;
  }

  /** Lets a tag mean what another one means, as a push of that image would. */
  async moveTag(name: string, tag: string, to: string): Promise<void> {
    const at = (which: string) => `http://127.0.0.1:${this.port}/v2/${name}/manifests/${which}`;
    const type = 'application/vnd.docker.distribution.manifest.v2+json';
    const manifest = await fetch(at(to), { headers: { accept: type } });
    const put = { method: 'PUT', headers: { 'content-type': type }, body: await manifest.text() };
    const { ok, status } = await fetch(at(tag), put);
    if (!ok) throw new Error(`the registry did not move ${name}:${tag}: ${status}`);
  }

  /** How often hosts asked for layers and configurations: `GET` of blobs. */
  blobsAsked(): string[] {
    return this.requests.filter(({ line }) => /^GET \S+\/blobs\//.test(line)).map(({ host }) => host);
  }

  /** Nothing is held back any more; what was is dropped. */
  release(): void {
    this.delay = () => 0;
    for (const answer of this.held) answer.destroy();
  }

  stop(): void {
    this.release();
    this.#gate.closeAllConnections();
    this.#gate.close();
    this.child.kill();
    if (this.isOwner) rmSync(this.dir, { recursive: true, force: true });
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const line = `${incoming.method} ${incoming.url}`;
    this.requests.push({ host: incoming.socket.remoteAddress ?? '', line });
    const delay = this.delay(line);
    if (delay > 0) {
      this.held.add(answer);
      answer.on('close', () => this.held.delete(answer));
    }
    if (delay < Infinity) setTimeout(() => this.#ask(incoming, answer), delay);
  }

  #ask(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path, headers } = incoming;
    const passed = request({ port: this.port, host: '127.0.0.1', method, path, headers }, (real) => {
      answer.writeHead(real.statusCode ?? 502, real.headers);
      real.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    incoming.pipe(passed);
  }
}

/** A port that nothing listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createNetServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
