import type * as Package from 'ssh2';

export type Ssh2 = typeof Package;

/** ssh2 takes 40 ms to load: only commands that speak to a host pay for it. */
export async function loadSsh2(): Promise<Ssh2> {
  const module = (await import('ssh2')) as Ssh2 & { default?: Ssh2 };
  // A CommonJS package: Node finds only some of its names, the default export has all.
  return module.default ?? module;
}
