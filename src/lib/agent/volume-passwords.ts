import type { Volume } from '../api/types.js';

/** Options of drivers, and parts of what `mount` is told in `o`, that are credentials by their names. */
const secretOption = /token|secret|password|key$/i;
const secretPart = /^((?:pass|passwd|password|password2|secret|token)=)(.+)$/i;

/**
 * A volume as it may stand in a label: what of its driver's options is a password is empty. Labels are shown by every
 * monitor, options only to who asks the engine for the volume. Pure.
 */
export function withoutPasswords(volume: Volume): Volume {
  const { dockerVolumeConfiguration: docker } = volume;
  if (!docker?.driverOpts) return volume;
  const driverOpts = Object.fromEntries(
    Object.entries(docker.driverOpts).map(([name, value]) => [
      name,
      secretOption.test(name) ? '' : value.split(',').map(open).join(','),
    ]),
  );
  return { ...volume, dockerVolumeConfiguration: { ...docker, driverOpts } };
}

/** Whether the volume comes from a label that didn't say its password. */
export function lacksPassword({ dockerVolumeConfiguration: docker }: Volume): boolean {
  return Object.entries(docker?.driverOpts ?? {}).some(
    ([name, value]) =>
      (value === '' && secretOption.test(name)) ||
      value.split(',').some((part) => part.endsWith('=') && secretPart.test(`${part}x`)),
  );
}

/**
 * An engine's words without the passwords of these volumes: where a mount fails, Docker tells all that `mount` was told.
 * Pure.
 */
export function hidePasswords(text: string, volumes: readonly Volume[] = []): string {
  const options = volumes.flatMap(({ dockerVolumeConfiguration: docker }) =>
    Object.entries(docker?.driverOpts ?? {}),
  );
  const secrets = options.flatMap(([name, value]) =>
    secretOption.test(name) ? [value] : value.split(',').flatMap((part) => secretPart.exec(part)?.[2] ?? []),
  );
  return secrets.filter(Boolean).reduce((words, secret) => words.replaceAll(secret, '…'), text);
}

const open = (part: string): string => secretPart.exec(part)?.[1] ?? part;
