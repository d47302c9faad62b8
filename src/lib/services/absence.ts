import type { Freeze, PlanSettings, Seen, Service, ServiceHost } from './types.js';

/** What is known of its tasks is how things are: it answers. */
export const answers = (host: ServiceHost | undefined): boolean => host?.awaySince === undefined;

/**
 * It runs where nobody can look while so many hosts are away that nothing is replaced, or were until less than a grace period
 * ago: whoever wants it replaced waits, or gives its host up.
 */
export const isHeld = (host: ServiceHost | undefined, { freeze }: Pick<Service, 'freeze'>): boolean =>
  freeze !== undefined && !answers(host) && host?.givenUp !== true;

/**
 * Notes whether so many hosts are away that nothing is replaced, and when that was over: hosts that come back do so one after
 * the other, so those that are still away then have their grace period anew.
 */
export function noteFreeze(
  service: Service,
  { frozen }: Pick<Seen, 'frozen'>,
  { hostGrace }: PlanSettings,
  now: number,
): Service {
  const { freeze, ...rest } = service;
  if (frozen) return freeze && freeze.until === undefined ? service : { ...rest, freeze: {} };
  if (freeze === undefined) return service;
  if (freeze.until === undefined) return { ...rest, freeze: { until: now } };
  return now - freeze.until < hostGrace ? service : rest;
}

/**
 * Away for so long that its tasks are replaced. One that has left the cluster is seen to when it is known what of. Whom
 * somebody has given up by name isn't waited for because others were away with it.
 */
export function isGivenUp(
  host: ServiceHost | undefined,
  freeze: Freeze | undefined,
  { hostGrace }: Pick<PlanSettings, 'hostGrace'>,
  now: number,
): boolean {
  const end = givenUpAt(host, freeze, hostGrace);
  return end !== undefined && end <= now;
}

/** When its tasks are replaced if it stays away; undefined: it is there, or is waited for until others are. */
export function givenUpAt(
  host: ServiceHost | undefined,
  freeze: Freeze | undefined,
  hostGrace: number,
): number | undefined {
  if (host?.awaySince === undefined) return undefined;
  if (freeze === undefined || host.givenUp) return host.awaySince + hostGrace;
  if (freeze.until === undefined) return undefined;
  return Math.max(host.awaySince, freeze.until) + hostGrace;
}
