import type { HostAddress } from '../../src/lib/hosts/address.js';
import type { DockerHost } from '../../src/lib/hosts/docker-host.js';
import { HostError } from '../../src/lib/hosts/host-error.js';
import type {
  ConnectOptions,
  Hosts,
  HostScript,
  HostSight,
  ScriptResult,
} from '../../src/lib/hosts/hosts.js';
import { unlessAborted } from '../../src/lib/unless-aborted.js';
import type { FakeDockerHost } from './fake-docker-host.js';

/** Hosts in memory, found by the SSH host's name (or the socket's path); all others are unreachable. */
export class FakeHosts implements Hosts {
  readonly hosts = new Map<string, FakeDockerHost>();
  /** Fingerprints that differ from `SHA256:<name>`, as after a host was made anew. */
  readonly fingerprints = new Map<string, string>();

  /** What the SSH configuration calls a host, where that is another name. */
  readonly networkNames = new Map<string, string>();

  /** What a host shows beside its engine; by default a host as it should be. */
  readonly sights = new Map<string, HostSight>();

  /** What runs scripts on a host, engine or not; where there is nothing, nobody can log in. */
  readonly scripts = new Map<string, (script: HostScript) => ScriptResult>();

  /** Seconds for which hosts have been silent. */
  readonly silences = new Map<string, number>();
  readonly #attending = new Map<string, Set<(error: HostError) => void>>();

  constructor(hosts: Iterable<FakeDockerHost> = []) {
    for (const host of hosts) this.hosts.set(host.name, host);
  }

  connect(address: HostAddress, name: string, { signal }: ConnectOptions = {}): Promise<DockerHost> {
    return unlessAborted(signal, this.#connect(address, name));
  }

  async #connect(address: HostAddress, name: string): Promise<DockerHost> {
    const host = this.hosts.get(keyOf(address));
    if (!host)
      throw new HostError(name, 'unreachable', `${name} unreachable: no such host`, 'check its name');
    await host.info();
    return host;
  }

  async survey(address: HostAddress): Promise<HostSight | undefined> {
    const key = keyOf(address);
    return this.sights.get(key) ?? (this.hosts.has(key) ? soundSight(key, address.scheme) : undefined);
  }

  async runScript(address: HostAddress, script: HostScript): Promise<ScriptResult | undefined> {
    return this.scripts.get(keyOf(address))?.(script);
  }

  /** Falls silent: who attends to it is told. */
  fallSilent(name: string, seconds: number): void {
    this.silences.set(name, seconds);
    const error = new HostError(name, 'lost', `${name}: nothing has come from it for ${seconds} s`, 'look');
    for (const onSilence of this.#attending.get(name) ?? []) onSilence(error);
  }

  attend(address: HostAddress, _patience: number, onSilence: (error: HostError) => void): () => void {
    const key = keyOf(address);
    const attending = this.#attending.get(key) ?? new Set();
    this.#attending.set(key, attending.add(onSilence));
    return () => attending.delete(onSilence);
  }

  attended(name: string): boolean {
    return (this.#attending.get(name)?.size ?? 0) > 0;
  }

  silence(address: HostAddress): number {
    return this.silences.get(keyOf(address)) ?? 0;
  }

  hostKeyFingerprint(address: HostAddress): string | undefined {
    if (address.scheme === 'unix') return undefined;
    return this.fingerprints.get(address.host) ?? `SHA256:${address.host}`;
  }

  networkName(address: HostAddress): string | undefined {
    return address.scheme === 'unix' ? undefined : this.networkNames.get(address.host);
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

function keyOf(address: HostAddress): string {
  return address.scheme === 'ssh' ? address.host : address.path;
}

export function soundSight(place: string, scheme: HostAddress['scheme'] = 'ssh'): HostSight {
  return {
    place: scheme === 'ssh' ? `deploy@${place}` : place,
    via: undefined,
    way: scheme === 'ssh' ? 'forward' : 'socket',
    key: scheme === 'ssh' ? '~/.ssh/id_ed25519' : undefined,
    survey: {
      isRoot: false,
      sshd: { maxSessions: 10, maxStartups: 10, maxAuthTries: 6, forwardsSockets: true },
      engine: { logOptions: { 'max-size': '10m' }, iptables: true },
      firewall: 'none',
      interface: 'eth0',
      disk: { freeBytes: 50e9, totalBytes: 100e9, freeInodes: 5e6, totalInodes: 6e6 },
    },
  };
}
