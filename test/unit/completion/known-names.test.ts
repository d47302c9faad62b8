import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files } from '../../../src/lib/completion/files.js';
import { KnownNames } from '../../../src/lib/completion/known-names.js';
import { sshNames } from '../../../src/lib/completion/ssh-names.js';
import { openDatabase } from '../../../src/lib/store/sqlite/database.js';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';
import { fakeHost, definition, kit } from '../engine/kit.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';

const dir = mkdtempSync(join(tmpdir(), 'longshore-names-'));
const path = join(dir, 'state.db');
const ids = ['aaaa', 'bbbb', '11111111aaaa', '11111111bbbb', '1f2e3d4c', 'cccc'].map((text) =>
  text.padEnd(32, '0'),
);
const values = (found: readonly { value: string }[]) => found.map(({ value }) => value);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the names of a state', () => {
  let known: KnownNames;

  beforeAll(async () => {
    const store = await openSqliteStore(path);
    const hosts = ['web10', 'web2'].map((name) => fakeHost(name));
    const { engine, ctx } = kit({ store, hosts: new FakeHosts(hosts) });
    ctx.newId = () => ids.shift() ?? 'e'.repeat(32);
    for (const host of ['web10', 'web2']) await engine.call('RegisterContainerInstance', { host });
    await engine.call('CreateCluster', { clusterName: 'staging' });
    await engine.call('CreateCluster', { clusterName: 'gone' });
    await engine.call('DeleteCluster', { cluster: 'gone' });
    for (const family of ['web', 'web', 'web', 'worker'])
      await engine.call('RegisterTaskDefinition', definition(family));
    for (const name of ['prod/db', 'API_KEY']) await engine.call('PutSecret', { name, value: 'eA==' });
    await engine.call('DeregisterTaskDefinition', { taskDefinition: 'web:2' });
    await engine.call('RunTask', { taskDefinition: 'web', count: 3 });
    await engine.call('StopTask', { task: '1f2e' });
    await store.close();
    known = new KnownNames(path);
  });
  afterAll(() => known.close());

  it('are secrets', () => expect(values(known.secrets())).toEqual(['API_KEY', 'prod/db']));

  it('are clusters and hosts', () => {
    expect(values(known.clusters())).toEqual(['default', 'staging']);
    expect(known.hosts('default')).toEqual([
      { value: 'web2', about: 'ACTIVE' },
      { value: 'web10', about: 'ACTIVE' },
    ]);
    expect(known.hosts('staging')).toEqual([]);
  });

  it('are families, and active revisions', () => {
    expect(known.families('w')).toEqual([
      { value: 'web', about: '3 revisions' },
      { value: 'worker', about: '1 revision' },
    ]);
    expect(values(known.definitions('w'))).toEqual(['web', 'worker']);
    expect(values(known.definitions('we'))).toEqual(['web', 'web:3', 'web:1']);
    expect(values(known.definitions('web:'))).toEqual(['web:3', 'web:1']);
    expect(values(known.definitions('none:'))).toEqual([]);
  });

  it('are tasks, by beginnings that tell them apart', () => {
    expect(known.tasks('default', '', false)).toEqual([
      { value: '11111111a', about: 'web:3 RUNNING' },
      { value: '11111111b', about: 'web:3 RUNNING' },
    ]);
    expect(values(known.tasks('default', '1f', true))).toEqual(['1f2e3d4c']);
    expect(values(known.tasks('default', '11111111aaaa', false))).toEqual(['11111111aaaa'.padEnd(32, '0')]);
  });
});

describe('a state that is not as it should be', () => {
  it('that is not there has no names, and is not made', () => {
    const known = new KnownNames(join(dir, 'none', 'state.db'));
    expect([...known.clusters(), ...known.hosts('default'), ...known.definitions('w')]).toEqual([]);
    known.close();
  });

  it.each([
    ['is no database', (file: string) => writeFileSync(file, 'x'.repeat(5000))],
    ['is empty', (file: string) => writeFileSync(file, '')],
    [
      "is another program's",
      (file: string) => {
        const database = openDatabase(file, 100);
        database.exec('CREATE TABLE other (x)');
        database.close();
      },
    ],
  ])('that %s is an error, and stays as it is', (what, make) => {
    const file = join(dir, `${what.replace(/\W/g, '-')}.db`);
    make(file);
    const before = readFileSync(file);
    expect(() => new KnownNames(file).clusters()).toThrow();
    expect(readFileSync(file)).toEqual(before);
  });
});

describe('names that are no part of the state', () => {
  it('are files, with directories marked', () => {
    const folder = join(dir, 'files');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    for (const name of ['task.json', 'Tags.yml', '.hidden']) writeFileSync(join(folder, name), '');
    expect(values(files(`${folder}/`, '/root'))).toEqual([
      `${folder}/Tags.yml`,
      `${folder}/sub/`,
      `${folder}/task.json`,
    ]);
    expect(values(files(`${folder}/.`, '/root'))).toEqual([`${folder}/.hidden`]);
    expect(values(files('~/t', folder))).toEqual(['~/task.json']);
    expect(files(`${folder}/none/`, '/root')).toEqual([]);
  });

  it("are the hosts of OpenSSH's configuration", () => {
    const config = join(dir, 'ssh_config');
    writeFileSync(
      config,
      'Host web1 web2\n  HostName 10.0.0.1\nhost=db "bastion"\nHost *.example !x\nMatch host y\n',
    );
    expect(values(sshNames(config))).toEqual(['web1', 'web2', 'db', 'bastion']);
    expect(sshNames(join(dir, 'none'))).toEqual([]);
  });
});
