import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  controllerUnitText,
  isControllerUnit,
  type ControllerUnit,
} from '../../../src/lib/api/controller-unit.js';

const usual: ControllerUnit = {
  program: [process.execPath, '/usr/local/bin/longshore'],
  user: 'root',
  environment: { HOME: '/home/ops' },
  stateFolder: '/home/ops/.local/state/longshore',
  writable: ['/home/ops/.cache/longshore'],
  readable: ['/home/ops'],
};
const text = (more: Partial<ControllerUnit> = {}) => controllerUnitText({ ...usual, ...more });
const line = (name: string, unit: string) =>
  unit.split('\n').flatMap((one) => (one.startsWith(`${name}=`) ? [one.slice(name.length + 1)] : []));

describe('the unit of a server', () => {
  it('listens where clients look, in a folder that systemd makes', () => {
    const unit = text({
      serve: true,
      listen: ['0.0.0.0:8080', '[::1]:9'],
      user: 'ops',
      notifyCommand: 'cat',
      metricsListen: ['127.0.0.1:9100'],
      logLevel: 'warn',
    });
    expect(line('ExecStart', unit)[0]).toMatch(
      / serve --listen 0\.0\.0\.0:8080 "\[::1\]:9" --metrics-listen 127\.0\.0\.1:9100 --log-level warn --notify-command cat$/,
    );
    expect(line('RuntimeDirectory', unit)).toEqual(['longshore']);
    expect(line('Environment', unit)).toContain('LONGSHORE_SOCKET=/run/longshore/longshore.sock');
    expect(line('Description', unit)[0]).toContain('answers the API of ECS');
  });

  it("is in the user's own runtime directory where the unit is", () => {
    const unit = text({ serve: true, user: undefined });
    expect(line('ExecStart', unit)[0]).toMatch(/ serve$/);
    expect(unit).not.toContain('RuntimeDirectory');
    expect(unit).not.toContain('LONGSHORE_SOCKET');
  });
});

describe('the unit', () => {
  it('keeps all clusters as a user, and writes to no other folders than those of state and cache', () => {
    const unit = text({ program: ['/usr/bin/node', '/usr/local/bin/longshore'], user: 'ops' });
    expect(unit).toMatchInlineSnapshot(`
      "# Made by longshore install-controller: made again, it is replaced. Changes of yours: systemctl edit longshore-controller
      [Unit]
      Description=Longshore's controller: keeps the services of all clusters
      Wants=network-online.target
      After=network-online.target

      [Service]
      Type=exec
      User=ops
      Environment=HOME=/home/ops
      ExecStart=/usr/bin/node /usr/local/bin/longshore reconcile --watch
      Restart=always
      RestartSec=5
      SuccessExitStatus=143
      KillMode=mixed
      UMask=0077
      NoNewPrivileges=yes
      LockPersonality=yes
      RestrictRealtime=yes
      RestrictSUIDSGID=yes
      SystemCallArchitectures=native
      ProtectSystem=strict
      ReadWritePaths=/home/ops/.local/state/longshore -/home/ops/.cache/longshore
      PrivateTmp=yes
      ProtectControlGroups=yes
      ProtectKernelModules=yes
      ProtectKernelTunables=yes
      RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

      [Install]
      WantedBy=multi-user.target
      "
    `);
    expect(isControllerUnit(unit)).toBe(true);
    expect(isControllerUnit('[Unit]\n')).toBe(false);
  });

  it('of a user says nothing of users, other units and file systems', () => {
    const unit = text({ user: undefined });
    expect(unit).not.toMatch(/^(User|After|Wants|ProtectSystem|PrivateTmp|ReadWritePaths)=/m);
    expect(line('WantedBy', unit)).toEqual(['default.target']);
  });

  it.each(['/tmp/ssh_config', '/var/tmp/x', '/tmp'])('keeps /tmp in sight where it needs %s', (path) => {
    expect(text({ readable: [path] })).not.toContain('PrivateTmp');
    expect(text({ readable: ['/tmpfiles', '/home/tmp'] })).toContain('PrivateTmp');
  });

  it('quotes what systemd would read something into', () => {
    const unit = text({
      program: ['/opt/my $node/100%/node', '/opt/run.js'],
      cluster: 'prod',
      notifyCommand: 'notify "a\\b" $HOME ${X} 5% ; it\'s',
      environment: { LONGSHORE_SECRETS_COMMAND: 'vault "x" $A 5%', EMPTY: '' },
      stateFolder: '/srv/my state/50%',
      writable: ['/srv/ca"che'],
    });
    expect(line('ExecStart', unit)).toEqual([
      '"/opt/my $node/100%%/node" /opt/run.js reconcile --watch --cluster prod --notify-command ' +
        '"notify \\"a\\\\b\\" $$HOME $${X} 5%% ; it\'s"',
    ]);
    expect(line('Environment', unit)).toEqual(['EMPTY=', '"LONGSHORE_SECRETS_COMMAND=vault \\"x\\" $A 5%%"']);
    expect(line('ReadWritePaths', unit)).toEqual(['"/srv/my state/50%%" "-/srv/ca\\"che"']);
  });

  it.each(['a\nExecStartPre=/bin/sh', 'a\rb', 'a\0b', 'a\tb'])(
    'refuses control characters: %j',
    (notifyCommand) => {
      expect(() => text({ notifyCommand })).toThrow(/can't hold line breaks/);
      expect(() => text({ environment: { X: notifyCommand } })).toThrow(/can't hold line breaks/);
      expect(() => text({ stateFolder: notifyCommand })).toThrow(/can't hold line breaks/);
    },
  );
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.runIf(hasSystemd)('systemd', () => {
  it.each<[string, Partial<ControllerUnit>]>([
    ['as usual', {}],
    ['of a user', { user: undefined }],
    [
      'with odd words',
      {
        notifyCommand: 'sh -c "echo \\"$X\\" 100% ; true"',
        environment: { A: 'b c', LONGSHORE_SECRETS_COMMAND: 'x "y" \\ %h $Z' },
        stateFolder: '/srv/my state/50%',
      },
    ],
  ])('finds nothing to say of it: %s', (_, more) => {
    const folder = mkdtempSync(join(tmpdir(), 'longshore-unit-'));
    try {
      const path = join(folder, 'longshore-controller.service');
      writeFileSync(path, text({ ...more, program: [process.execPath, '/usr/local/bin/longshore'] }));
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], {
        encoding: 'utf8',
      });
      expect(stderr.split('\n').filter((said) => said.includes('longshore-controller'))).toEqual([]);
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
