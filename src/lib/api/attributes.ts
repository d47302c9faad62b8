import { EcsError, tooLong } from './errors.js';
import { limits } from './limits.js';
import { shorten } from './shorten.js';
import type { Attribute } from './types.js';

/** Characters of a name and of a value, which has no spaces at its ends (ECS: Attribute). */
const namePattern = /^[a-zA-Z0-9\-_/\\.]+$/;
const valuePattern = /^(?! )[a-zA-Z0-9\-_.@/\\: ]+(?<! )$/;

/** Throws InvalidParameterException for attributes that ECS doesn't take. */
export function checkAttributes(attributes: readonly Attribute[] = []): void {
  // One way to say which host is meant, whose addresses have signs of their own.
  for (const { name = '', value } of attributes.filter((attribute) => attribute.name !== 'longshore.host')) {
    const longest = Math.max(name.length, value?.length ?? 0);
    if (longest > limits.attributeLength.ours)
      throw tooLong("An attribute's name or value", limits.attributeLength.ours);
    if (!namePattern.test(name)) throw refused(`The name of an attribute`, name, '- _ / \\ .');
    if (value !== undefined && !valuePattern.test(value))
      throw refused(`The value of the attribute ${name}`, value, '- _ . @ / \\ : and spaces within');
  }
}

const refused = (what: string, given: string, signs: string) =>
  new EcsError(
    'InvalidParameterException',
    `${what} is "${shorten(given)}"; it takes letters, digits, ${signs}.`,
  );

/** What AWS knows of its machines and nobody finds out of other hosts: who needs them sets them. */
const awsMachine: readonly string[] = ['ecs.ami-id', 'ecs.instance-type', 'ecs.subnet-id', 'ecs.vpc-id'];

/** Throws InvalidParameterException for names of what is found out about a host, or said at its registration. */
export function checkOwnAttributes(attributes: readonly Attribute[]): void {
  const reserved = attributes.find(({ name = '' }) => isReserved(name));
  if (reserved === undefined) return;
  throw new EcsError(
    'InvalidParameterException',
    `The attribute ${reserved.name} is found out when a host is registered, and can't be set or deleted.`,
    'Register the host again to change what is said of it, such as --zone',
  );
}

const isReserved = (name: string) =>
  /^(ecs|com\.amazonaws\.ecs|longshore)\./.test(name) && !awsMachine.includes(name);
