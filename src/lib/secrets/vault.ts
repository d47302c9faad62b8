import { SourceFault, type Sealed, type Vault } from '../engine/secrets/sources.js';
import { makeIdentity, readIdentities } from './identity-file.js';

/**
 * Secrets encrypted with age (age-encryption.org) for the identity in a file, which is read once. The package takes
 * 70 ms to load, so that happens at first use.
 */
export function openVault(identityFile: string): Vault {
  let known: Promise<string[] | undefined> | undefined;
  const identities = () => (known ??= readIdentities(identityFile));
  return {
    async seal(value) {
      const { armor, Encrypter, identityToRecipient } = await import('age-encryption');
      const [identity] = (await identities()) ?? (await (known = makeIdentity(identityFile)));
      const recipient = await identityToRecipient(identity ?? '');
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      return { text: armor.encode(await encrypter.encrypt(value)), recipient };
    },
    async open(sealed) {
      const all = await identities();
      const remedy = `the identity ${sealed.recipient} is needed: bring its file to ${identityFile}, or put the secret again`;
      if (all === undefined) throw new SourceFault(`there is no identity file ${identityFile}`, remedy);
      return decrypt(sealed, all, remedy);
    },
  };
}

async function decrypt(sealed: Sealed, identities: readonly string[], remedy: string): Promise<Buffer> {
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return Buffer.from(await decrypter.decrypt(armor.decode(sealed.text)));
  } catch {
    // The package's own words say little, and nothing of what it was decrypting is to be repeated.
    throw new SourceFault("it can't be decrypted with the identity here", remedy);
  }
}
