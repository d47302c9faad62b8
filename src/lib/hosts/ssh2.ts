import type * as Ssh2 from 'ssh2';

/** ssh2 takes 40 ms to load: only commands that speak to a host pay for it. */
export async function loadSsh2(): Promise<typeof Ssh2> {
  const module = (await import('ssh2')) as typeof Ssh2 & { default?: typeof Ssh2 };
  // A CommonJS package: Node finds only some of its names, the default export has all.
  return module.default ?? module;
}
