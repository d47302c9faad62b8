import type { EngineStart } from '../hosts/docker-host.js';

/** Milliseconds that most engines take at most from the look through their containers to the default network. */
const USUAL = 10_000;
/** Ms that no start takes: the file is another engine's, or has been left by one. */
const LONGEST = 15 * 60_000;
/** The file's time may be one of full seconds. */
const LEEWAY = 1000;

/**
 * Whether an engine stamped an end when it started: after its process began, and before it was ready, which an engine with
 * many containers or on a slow machine is only a minute later. No container can have ended by itself then, since none had
 * been started again yet. Where one of the two moments can't be seen, it is taken to be ten seconds from the other. Pure.
 */
export function isDuringStart(time: number, { begun, ready }: EngineStart): boolean {
  const isOwn = begun !== undefined && (ready === undefined || isStart(begun, ready));
  const from = isOwn ? begun : ready === undefined ? NaN : ready - USUAL;
  const to = ready ?? (begun === undefined ? NaN : begun + USUAL);
  return from - LEEWAY < time && time < to + LEEWAY;
}

const isStart = (begun: number, ready: number): boolean => begun < ready + LEEWAY && ready - begun < LONGEST;
