import type { Volume } from '../api/types.js';

/** Options of drivers, and parts of what `mount` is told in `o`, that are credentials by their names. */
const secretOption = /token|secret|password|key$/i;
const secretPart = /^((?:pass|passwd|password|password2|secret|token)=)(.+)$/i;
/** As in `https://user:password@server/share`. */
const inAddress = /(:\/\/[^/@:\s]*:)([^/@\s]+)(?=@)/;

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
      /:\/\/[^/@:\s]*:@/.test(value) ||
      value.split(',').some((part) => part.endsWith('=') && secretPart.test(`${part}x`)),
  );
}

/** Whether an option is a credential by its name, or has one in an address. */
export const isSecretOption = (name: string, value: string): boolean =>
  secretOption.test(name) || inAddress.test(value);

/**
 * An engine's words without the passwords of these volumes, and without `others`: where a mount fails, Docker tells all
 * that `mount` was told, and where a log driver does, its options. Pure.
 */
export function hidePasswords(
  text: string,
  volumes: readonly Volume[] = [],
  others: readonly string[] = [],
): string {
  const options = volumes.flatMap(({ dockerVolumeConfiguration: docker }) =>
    Object.entries(docker?.driverOpts ?? {}),
  );
  const secrets = options.flatMap(([name, value]) =>
    secretOption.test(name) ? [value] : value.split(',').flatMap(secretIn),
  );
  // What is as short as a word of the engine's own would hide that, and is no secret.
  const long = others.filter((value) => value.length > 3);
  return [...secrets, ...long].filter(Boolean).reduce((words, secret) => words.replaceAll(secret, '…'), text);
}

const open = (part: string): string => secretPart.exec(part)?.[1] ?? part.replace(inAddress, '$1');

const secretIn = (part: string): string[] => [secretPart.exec(part)?.[2] ?? inAddress.exec(part)?.[2] ?? ''];
