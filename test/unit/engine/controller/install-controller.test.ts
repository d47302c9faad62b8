import { describe, expect, it } from 'vitest';
import { systemUnitPath } from '../../../../src/lib/api/controller-unit.js';
import type { OperationInput } from '../../../../src/lib/api/operations.js';
import { readControllerFacts } from '../../../../src/lib/engine/controller/controller-host.js';
import type { HostScript } from '../../../../src/lib/hosts/hosts.js';
import { cluster } from '../kit.js';

/** A host that systemd runs, with longshore and a state that knows the cluster. */
const sound = {
  user: 'deploy',
  systemd: 'yes',
  root: 'sudo',
  home: '/home/deploy',
  cache: '/home/deploy/.cache/longshore',
  longshore: '/usr/local/bin/longshore',
  node: '/usr/bin/node',
  version: 'longshore/0.1.0 linux-x64 node-v20.19.4',
  state: '/home/deploy/.local/state/longshore/state.db',
  clusters: JSON.stringify({ clusterArns: ['arn:aws:ecs:local:000000000000:cluster/default'] }),
  enabled: '',
  active: '',
  unit: '',
};
type Shown = Partial<Record<keyof typeof sound, string>>;

const printed = (shown: Shown) =>
  Object.entries({ ...sound, ...shown })
    .map(([name, text]) => `\n== ${name}\n${text}`)
    .join('\n');

/** A cluster of one host that shows this, and what was run there beside looking at it. */
async function scene(shown: Shown = {}, change = { code: 0, stdout: 'Created symlink\nactive\n' }) {
  const made = await cluster(['web1']);
  const changes: HostScript[] = [];
  made.hosts.scripts.set('web1', (script) => {
    if (script.text.includes('== systemd')) return { code: 0, stdout: printed(shown) };
    changes.push(script);
    return change;
  });
  const install = (more: Partial<OperationInput<'InstallController'>> = {}) =>
    made.engine.call('InstallController', { host: 'web1', ...more });
  return { made, changes, install };
}

const unitIn = ({ args }: HostScript) => Buffer.from(args[0] ?? '', 'base64').toString();

describe('on a host', () => {
  it('writes the unit by sudo, and says whether it runs', async () => {
    const { install, changes } = await scene();
    const { controller } = await install({
      cluster: 'default',
      notifyCommand: 'notify $X',
      environment: [{ name: 'LONGSHORE_HOST_GRACE', value: '90' }],
    });
    expect(controller).toMatchObject({
      host: 'web1',
      action: 'INSTALL',
      running: true,
      user: 'deploy',
      longshoreVersion: '0.1.0',
      unitPath: systemUnitPath,
    });
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ sudo: true });
    expect(unitIn(changes[0]!)).toBe(controller?.unit);
    expect(controller?.unit).toContain(
      'ExecStart=/usr/local/bin/longshore reconcile --watch --cluster default --notify-command "notify $$X"\n',
    );
    expect(controller?.unit).toContain(
      'User=deploy\nEnvironment=HOME=/home/deploy\nEnvironment=LONGSHORE_HOST_GRACE=90\n',
    );
  });

  it('says where longshore and its node are, where systemd would not look', async () => {
    const { install } = await scene({
      longshore: '/home/deploy/.nvm/v20/bin/longshore',
      node: '/home/deploy/.nvm/v20/bin/node',
      state: '/srv/state.db',
    });
    const { controller } = await install({ dryRun: true });
    expect(controller?.unit).toContain(
      'Environment=PATH=/home/deploy/.nvm/v20/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin\n',
    );
    expect(controller?.unit).toContain('Environment=LONGSHORE_STATE=/srv/state.db\n');
    expect(controller?.unit).toContain('ReadWritePaths=/srv -/home/deploy/.cache/longshore\n');
  });

  it('leaves alone what is as it should be, and replaces what differs', async () => {
    const first = await (await scene()).install({ dryRun: true });
    const unit = first.controller?.unit ?? '';
    const same = await scene({ unit, enabled: 'enabled', active: 'active' });
    expect((await same.install()).controller?.action).toBe('NONE');
    expect(same.changes).toEqual([]);
    const ended = await scene({ unit, enabled: 'enabled', active: 'failed' });
    expect((await ended.install()).controller?.action).toBe('UPDATE');
    const other = await scene({ unit, enabled: 'enabled', active: 'active' });
    expect((await other.install({ cluster: 'default' })).controller?.action).toBe('UPDATE');
    expect(other.changes).toHaveLength(1);
  });

  it.each<[string, Shown, RegExp, RegExp]>([
    ['systemd', { systemd: '' }, /isn't run by systemd/, /another host/],
    ['longshore', { longshore: '', version: '' }, /no longshore on the PATH/, /npm install -g longshore/],
    ['a longshore that runs', { version: '' }, /no longshore that runs/, /npm install -g longshore/],
    ['a state', { clusters: '' }, /no state that can be read/, /state export .* state import .* two states/],
    ['the cluster', { clusters: '{"clusterArns":[]}' }, /knows no cluster/, /state import/],
    [
      'rights',
      { root: '' },
      /neither root nor may use sudo/,
      /by hand: longshore install-controller .*sudo tee/,
    ],
    ['room for it', { unit: '[Unit]\n' }, /isn't one that install-controller made/, /left as it is/],
  ])('refuses one that lacks %s, with the remedy', async (_, shown, message, remedy) => {
    for (const dryRun of [false, true]) {
      const { install, changes } = await scene(shown);
      const error = await install({ cluster: 'default', dryRun }).catch((refused: unknown) => refused);
      expect(error).toMatchObject({
        code: 'ClientException',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      });
      expect(changes).toEqual([]);
    }
  });

  it('tells why systemd would not have it', async () => {
    const { install } = await scene({}, { code: 12, stdout: 'x\nFailed to enable unit: \u001b[2Jno\n' });
    await expect(install()).rejects.toMatchObject({
      message: 'web1: Failed to enable unit: \uFFFD[2Jno',
      remedy: expect.stringMatching(/^Nothing has changed there/),
    });
  });

  it('says that it does not run', async () => {
    const { install } = await scene({}, { code: 0, stdout: 'activating\n' });
    expect((await install()).controller?.running).toBe(false);
  });

  it('takes away what it made, and nothing else', async () => {
    const { controller } = await (await scene()).install({ dryRun: true });
    const there = await scene({ unit: controller?.unit, longshore: '', clusters: '' });
    expect((await there.install({ uninstall: true })).controller?.action).toBe('REMOVE');
    expect(there.changes).toMatchObject([{ args: [systemUnitPath, 'longshore-controller'], sudo: true }]);
    const gone = await scene();
    expect((await gone.install({ uninstall: true })).controller?.action).toBe('NONE');
    expect(gone.changes).toEqual([]);
    const foreign = await scene({ unit: '[Unit]\n' });
    await expect(foreign.install({ uninstall: true })).rejects.toThrow(/isn't one that/);
  });

  it('needs no engine there, but a way in', async () => {
    const { made, install } = await scene();
    await expect(install({ host: 'web9' })).rejects.toMatchObject({ kind: 'unreachable' });
    made.hosts.scripts.delete('web1');
    await expect(install()).rejects.toMatchObject({ name: 'HostError' });
  });

  it('asks no host for a cluster that there isn’t', async () => {
    const { install, changes } = await scene();
    await expect(install({ cluster: 'other' })).rejects.toMatchObject({ code: 'ClusterNotFoundException' });
    expect(changes).toEqual([]);
  });
});

describe('what a host prints', () => {
  it('is no path, user or version where it makes no sense', () => {
    const facts = readControllerFacts(
      printed({
        user: 'a\nExecStartPre=/bin/x',
        home: '/home\u0007/x',
        longshore: 'alias longshore=x',
        version: 'something/1 x',
        state: 'relative',
        clusters: '{"clusterArns":[1,{}]}',
      }),
    );
    expect(facts).toMatchObject({ clusters: [] });
    for (const name of ['user', 'home', 'longshore', 'version', 'statePath'] as const)
      expect(facts[name]).toBeUndefined();
  });

  it('may be nothing', () =>
    expect(readControllerFacts('')).toMatchObject({ systemd: false, unit: undefined }));
});

it('without a host tells of this machine’s keys', async () => {
  const { made } = await scene();
  expect(await made.engine.call('InstallController', {})).toEqual({
    machine: { keyFiles: [], encryptedKeyFiles: [], agentKeys: 1 },
  });
});
