import { expect, it } from 'vitest';
import InstallController from '../../../src/commands/install-controller.js';
import type { ControllerOnHost } from '../../../src/lib/api/service-types.js';
import { readServiceEnvironment } from '../../../src/lib/config.js';
import { run, type RunOptions } from './kit.js';

const onHost: ControllerOnHost = {
  host: 'web1',
  address: 'web1',
  unitPath: '/etc/systemd/system/longshore-controller.service',
  unit: '[Unit]\n',
  action: 'INSTALL',
  user: 'deploy',
  statePath: '/home/deploy/state.db',
  longshoreVersion: '0.1.9',
};
const verb = (argv: string[], controller: Partial<ControllerOnHost> = {}, options: RunOptions = {}) =>
  run(
    InstallController,
    argv,
    {
      InstallController: ({ host, dryRun }) =>
        host === undefined
          ? { machine: { keyFiles: [], encryptedKeyFiles: [], agentKeys: 2 } }
          : {
              controller: {
                ...onHost,
                ...controller,
                ...(!dryRun && { running: controller.running ?? true }),
              },
            },
    },
    options,
  );
const dryRuns = (calls: { input: unknown }[]) =>
  calls.map(({ input }) => (input as { dryRun?: boolean }).dryRun ?? false);

it('prints the unit alone on stdout, and what it uses on stderr', async () => {
  const { code, out, err } = await verb(['--cluster', 'prod', '--notify-command', "it's $X"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^# Made by longshore install-controller[^]*WantedBy=multi-user.target\n$/);
  expect(out).toContain(' reconcile --watch --cluster prod --notify-command "it\'s $$X"\n');
  expect(err).toContain(
    "  longshore install-controller --cluster prod --notify-command 'it'\\''s $X' | sudo tee /etc/systemd/system/longshore-controller.service\n" +
      '  sudo systemctl daemon-reload\n  sudo systemctl enable --now longshore-controller\n',
  );
  expect(err).toMatch(/warning: a service has no SSH agent .* your keys come from the agent \(2\)/);
});

it('prints a unit of the user', async () => {
  const { out, err } = await verb(['--user-unit']);
  expect(out).not.toContain('User=');
  expect(err).toContain('loginctl enable-linger');
  expect(err).not.toContain('sudo');
});

it('takes flags for what variables say, and lets known_hosts grow where new keys are accepted', async () => {
  const { out, err } = await verb([
    ...['--state', 'my state/s.db', '--ssh-config', '/tmp/ssh_config', '--connect-timeout', '3'],
    ...['--region', 'eu', '--accept-new-host-keys'],
  ]);
  const here = process.cwd();
  expect(out).toContain(`Environment="LONGSHORE_STATE=${here}/my state/s.db"\n`);
  expect(out).toContain('Environment=LONGSHORE_SSH_CONFIG=/tmp/ssh_config\n');
  expect(out).toContain('Environment=LONGSHORE_CONNECT_TIMEOUT=3\n');
  expect(out).toContain('Environment=AWS_REGION=eu\n');
  expect(out).toContain('Environment=LONGSHORE_ACCEPT_NEW_HOST_KEYS=1\n');
  expect(out).toMatch(/^ReadWritePaths="[^"]*my state" -\S+longshore -\S+\/\.ssh$/m);
  expect(out).not.toContain('PrivateTmp');
  expect(err).toMatch(/there is no state at .*s\.db yet/);
});

it('takes what may be a host’s away with a host only', async () => {
  expect(await verb(['--uninstall'])).toMatchObject({ code: 2, calls: [] });
  expect(await verb(['--host', 'web1', '--user-unit'])).toMatchObject({ code: 2, calls: [] });
});

it('looks, asks and installs', async () => {
  const { code, out, err, calls } = await verb(['--host', 'web1'], {}, { people: true, replies: [true] });
  expect(code).toBe(0);
  expect(dryRuns(calls)).toEqual([true, false]);
  expect(err).toMatch(
    /\? It runs as deploy there and keeps all clusters .* Install longshore-controller on web1\?/,
  );
  expect(out).toMatch(/^Wrote \/etc[^]*systemctl status longshore-controller/);
});

it('changes nothing where it is not meant, nobody can be asked, or there is nothing to do', async () => {
  const no = await verb(['--host', 'web1'], {}, { people: true, replies: [false] });
  expect(no.code).toBe(1);
  expect(dryRuns(no.calls)).toEqual([true]);
  const nobody = await verb(['--host', 'web1']);
  expect(nobody.code).toBe(2);
  expect(dryRuns(nobody.calls)).toEqual([true]);
  const same = await verb(['--host', 'web1'], { action: 'NONE' }, { people: true });
  expect(same).toMatchObject({
    code: 0,
    out: 'longshore-controller runs on web1 as it should: nothing to do.\n',
  });
  expect(dryRuns(same.calls)).toEqual([true]);
  const dry = await verb(['--host', 'web1', '--dry-run'], {}, { people: true });
  expect(dry.out).toMatch(/^Would write [^]* {2}\[Unit\]\n$/);
  expect(dryRuns(dry.calls)).toEqual([true]);
});

it('installs with --yes, tells of another version, and fails where it does not run', async () => {
  const other = await verb(['--host', 'web1', '--yes'], { longshoreVersion: '7.2.0', running: false });
  expect(other.code).toBe(3);
  expect(other.err).toMatch(/warning: longshore is 7.2.0 on web1 and .*npm install -g longshore@/);
  expect(JSON.parse(other.out)).toMatchObject({ controller: { running: false } });
  expect((await verb(['--host', 'web1', '--yes'])).err).toBe('');
});

it('removes it', async () => {
  const { code, out, err } = await verb(
    ['--host', 'web1', '--uninstall'],
    { action: 'REMOVE' },
    { people: true, replies: [true] },
  );
  expect(code).toBe(0);
  expect(err).toContain('Nobody keeps the services then.');
  expect(out).toBe('Stopped longshore-controller on web1 and removed it.\n');
});

it('tells a service what differs from defaults, with absolute paths, and nothing that may be secret', () => {
  const env = {
    HOME: '/home/me',
    PATH: '/usr/bin:relative:/opt/bin',
    EDITOR: 'vi',
    SSH_AUTH_SOCK: '/tmp/agent',
    DOCKER_HOST: 'ssh://x',
    LONGSHORE_CONNECT_TIMEOUT: '10',
    LONGSHORE_IMAGE_PULL_TIMEOUT: '60',
    LONGSHORE_SSH_CONFIG: 'ssh_config',
    LONGSHORE_SECRETS_COMMAND: 'vault get',
    LONGSHORE_SECRET_DB: 'hush',
    LONGSHORE_UNKNOWN: '1',
    XDG_STATE_HOME: '/var/state',
    AWS_SECRET_ACCESS_KEY: 'hush',
    AWS_PROFILE: 'p',
    ECS_ENGINE_AUTH_TYPE: 'docker',
    ECS_ENGINE_AUTH_DATA: '{"hush":1}',
  };
  const told = readServiceEnvironment({ AWS_REGION: 'eu', LONGSHORE_STATE: undefined }, env);
  expect(told.values).toEqual({
    LONGSHORE_IMAGE_PULL_TIMEOUT: '60',
    ECS_ENGINE_AUTH_TYPE: 'docker',
    AWS_REGION: 'eu',
  });
  expect(told.paths).toEqual({
    LONGSHORE_SSH_CONFIG: `${process.cwd()}/ssh_config`,
    LONGSHORE_SECRETS_COMMAND: 'vault get',
    XDG_STATE_HOME: '/var/state',
  });
  expect(told.withheld).toEqual(['LONGSHORE_SECRET_DB', 'AWS_SECRET_ACCESS_KEY', 'ECS_ENGINE_AUTH_DATA']);
  expect(told.searchPath).toEqual(['/usr/bin', '/opt/bin']);
  expect(JSON.stringify({ ...told, config: undefined })).not.toContain('hush');
});
