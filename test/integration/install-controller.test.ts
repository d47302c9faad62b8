import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { User } from './longshore.js';

const units = 'etc/systemd/system';
const unitName = 'longshore-controller.service';

/** Hosts of tests have no systemd: these stand in for it, write down how they are called, and change nothing else. */
const programs = {
  systemctl: `#!/bin/sh
echo "$*" >>/var/tmp/fake/calls
case "$1" in
  is-active) cat /var/tmp/fake/active 2>/dev/null || { echo inactive; exit 3; } ;;
  is-enabled) test -e /var/tmp/fake/enabled && echo enabled || exit 1 ;;
  enable) if test -e /var/tmp/fake/refuses; then echo "Failed to enable unit: refused" >&2; exit 1; fi
    touch /var/tmp/fake/enabled; echo active >/var/tmp/fake/active ;;
  disable) rm -f /var/tmp/fake/enabled /var/tmp/fake/active ;;
esac
`,
  longshore: `#!/bin/sh
case "$*" in
  --version) echo longshore/0.1.0 linux-x64 node-v20.19.4 ;;
  "state path") echo /var/tmp/fake/state.db ;;
  "list-clusters --output json") cat /var/tmp/fake/clusters ;;
esac
`,
  sudo: '#!/bin/sh\necho "sudo $1" >>/var/tmp/fake/calls\nshift\nexec "$@"\n',
};

describeWithHosts('install-controller on a host', () => {
  let cluster: TestCluster;
  let user: User;
  const onDisk = (path: string) => join(cluster.host('web1').disk, path);
  const fake = (name: string) => onDisk(`var/tmp/fake/${name}`);
  const unitFile = () => onDisk(join(units, unitName));
  const calls = () =>
    existsSync(fake('calls'))
      ? readFileSync(fake('calls'), 'utf8')
          .split('\n')
          .filter((call) => !/^$|^is-|true/.test(call))
      : [];
  const put = async (name: keyof typeof programs) =>
    cluster
      .host('web1')
      .shell('printf %s "$2" >"/usr/local/bin/$1" && chmod 755 "/usr/local/bin/$1"', [name, programs[name]]);
  const install = (...args: string[]) => user.run(['install-controller', '--host', 'root@web1', ...args]);

  beforeAll(async () => {
    cluster = await acquire({ count: 2 });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2');
  });
  beforeEach(async () => {
    mkdirSync(onDisk('var/tmp/fake'), { recursive: true });
    mkdirSync(onDisk(units), { recursive: true });
    await cluster.host('web1').shell('mkdir -p /run/systemd/system /usr/local/bin; chmod 777 /var/tmp/fake');
    await put('systemctl');
    await put('longshore');
    writeFileSync(fake('state.db'), '');
    const clusterArns = ['arn:aws:ecs:local:000000000000:cluster/default'];
    writeFileSync(fake('clusters'), JSON.stringify({ clusterArns }));
  });
  afterEach(async () => {
    await cluster.host('web1').shell('rm -rf /usr/local/bin/* /run/systemd/system');
    for (const path of ['var/tmp/fake', 'etc/systemd'])
      rmSync(onDisk(path), { recursive: true, force: true });
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  it('installs, leaves alone, replaces and takes away', async () => {
    const first = await install('--cluster', 'default', '--yes', '--notify-command', "echo 'a b' $X 5% \\");
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ controller: { action: 'INSTALL', running: true } });
    expect(calls()).toEqual(['daemon-reload', 'enable --now longshore-controller']);
    const text = readFileSync(unitFile(), 'utf8');
    expect(text).toBe((JSON.parse(first.stdout) as { controller: { unit: string } }).controller.unit);
    expect(text).toContain(
      'ExecStart=/usr/local/bin/longshore reconcile --watch --cluster default --notify-command "echo \'a b\' $$X 5%% \\\\"\n',
    );
    expect(text).toContain('User=root\n');
    expect(statSync(unitFile()).mode & 0o777).toBe(0o644);
    expect(readdirSync(onDisk(units))).toEqual([unitName]);

    const words = ['--cluster', 'default', '--notify-command', "echo 'a b' $X 5% \\"];
    const again = await install(...words);
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ controller: { action: 'NONE' } });
    expect(calls()).toHaveLength(2);

    const other = await install('--yes');
    expect(other.code, other.stderr).toBe(0);
    expect(readFileSync(unitFile(), 'utf8')).toContain('reconcile --watch\n');
    expect(calls().slice(2)).toEqual([
      'daemon-reload',
      'enable --now longshore-controller',
      'restart longshore-controller',
    ]);

    const gone = await install('--uninstall', '--yes');
    expect(gone.code, gone.stderr).toBe(0);
    expect(readdirSync(onDisk(units))).toEqual([]);
    expect(calls().slice(5)).toEqual([
      'disable --now longshore-controller',
      'daemon-reload',
      'reset-failed longshore-controller',
    ]);
    expect(JSON.parse((await install('--uninstall')).stdout)).toMatchObject({
      controller: { action: 'NONE' },
    });
  });

  it('leaves the host as it was where systemd refuses', async () => {
    writeFileSync(fake('refuses'), '');
    const refused = await install('--yes');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/web1: Failed to enable unit: refused\nNothing has changed there/);
    expect(readdirSync(onDisk(units))).toEqual([]);
    rmSync(fake('refuses'));
    expect((await install('--yes')).code).toBe(0);
    const before = readFileSync(unitFile(), 'utf8');
    writeFileSync(fake('refuses'), '');
    expect((await install('--cluster', 'default', '--yes')).code).toBe(1);
    expect(readFileSync(unitFile(), 'utf8')).toBe(before);
    expect(readdirSync(onDisk(units))).toEqual([unitName]);
    expect(calls().at(-1)).toBe('restart longshore-controller');
  });

  it('uses sudo where that asks for no password, and says what to do by hand where it does', async () => {
    const asDeploy = ['install-controller', '--host', 'web1', '--yes'];
    const refused = await user.run(asDeploy);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /deploy is neither root nor may use sudo[^]*by hand: longshore install-controller/,
    );
    expect(existsSync(unitFile())).toBe(false);
    await put('sudo');
    await cluster.host('web1').shell('chown deploy /etc/systemd/system');
    const done = await user.run(asDeploy);
    expect(done.code, done.stderr).toBe(0);
    expect(readFileSync(unitFile(), 'utf8')).toContain('User=deploy\nEnvironment=HOME=/home/deploy\n');
    expect(calls()).toContain('sudo -n');
  });

  it('refuses a host that lacks something, with the remedy', async () => {
    const refusal = async () => {
      const { code, stderr } = await install('--cluster', 'default', '--yes');
      expect(code).toBe(1);
      expect(existsSync(unitFile())).toBe(false);
      return stderr;
    };
    writeFileSync(fake('clusters'), '{"clusterArns":[]}');
    expect(await refusal()).toMatch(/knows no cluster default[^]*longshore state import/);
    rmSync(fake('state.db'));
    expect(await refusal()).toMatch(/no state that can be read[^]*longshore state export/);
    await cluster.host('web1').shell('rm /usr/local/bin/longshore');
    expect(await refusal()).toMatch(/there is no longshore[^]*npm install -g longshore/);
    await cluster.host('web1').shell('rm -r /run/systemd/system');
    expect(await refusal()).toMatch(/isn't run by systemd/);
  });

  it('asks on a terminal, and elsewhere wants --yes', async () => {
    const off = await install();
    expect(off.code).toBe(2);
    expect(off.stderr).toContain('--yes');
    const asked = await user.run(['install-controller', '--host', 'root@web1'], {
      terminal: 100,
      openInput: true,
      meanwhile: 'true',
      input: 'n\n',
    });
    expect(asked.stdout).toMatch(/Install longshore-controller on web1\?/);
    expect(calls()).toEqual([]);
    expect(existsSync(unitFile())).toBe(false);
  });

  it('works although the host’s engine doesn’t', async () => {
    await cluster.host('web1').inflict('engine-stopped');
    try {
      const done = await install('--yes');
      expect(done.code, done.stderr).toBe(0);
      expect(existsSync(unitFile())).toBe(true);
    } finally {
      await cluster.host('web1').mendAll();
    }
  });
});
