import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sshIdentities } from '../../../src/lib/hosts/ssh-identities.js';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'longshore-identities-'))));
afterEach(() => rmSync(home, { recursive: true }));

function write(path: string, text = ''): string {
  const whole = join(home, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

/** Without what this machine's own configuration names. */
async function identities(named: string[] = [], more: { sshConfigFile?: string } = {}): Promise<string[]> {
  const variable = (name: string) => (name === 'KEYS' ? `${home}/of-env` : undefined);
  const found = await sshIdentities(named, { local: { name: 'me', home }, variable, ...more });
  return found.filter((path) => path.startsWith(home)).map((path) => path.slice(home.length + 1));
}

it('are named for any host and under any condition, in files that are included as well', async () => {
  write(
    '.ssh/config',
    `IdentityFile ~/keys/all
Host web*
  identityfile = "%d/keys/with space" # for web
  IdentityFile none
  Include conf.d/*.conf ${home}/elsewhere missing
Match exec "false"
  IdentityFile \${KEYS}/key
`,
  );
  write('.ssh/conf.d/a.conf', 'IdentityFile ~/keys/a\nInclude config\n');
  write('elsewhere', 'IdentityFile ~/keys/b\n');
  expect(await identities()).toEqual(['keys/all', 'keys/with space', 'keys/a', 'keys/b', 'of-env/key']);
});

it('that depend on the host are all those that may be meant', async () => {
  write('.ssh/config', 'IdentityFile ~/keys/%r@%h/id_%n\n');
  for (const path of ['keys/me@web1/id_web', 'keys/you@web2/id_x', 'keys/web1/id_x', 'keys/me@web1/other'])
    write(path);
  expect(await identities()).toEqual(['keys/me@web1/id_web', 'keys/you@web2/id_x']);
});

it('are those of a configuration that is given, of the user’s own, and those that hosts were registered with', async () => {
  write('.ssh/config', 'IdentityFile ~/a\n');
  const sshConfigFile = write('other', 'IdentityFile ~/b\n');
  expect(await identities(['~/c', join(home, 'd')], { sshConfigFile })).toEqual(['c', 'd', 'a', 'b']);
});
