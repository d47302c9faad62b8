import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseSshdConfig } from '../../../src/lib/hosts/sshd-config.js';
import { parseSurvey, surveyCommand } from '../../../src/lib/hosts/survey.js';

const whole = `
== uid
1000

== sshd
Include /etc/ssh/sshd_config.d/*.conf
#MaxSessions 3
MaxStartups 10:30:60
Match User git
  MaxSessions 1

== sshd.d
MaxSessions 4

== daemon
{"log-driver": "json-file", "log-opts": {"max-size": "10m"}}

== dockerd
/usr/bin/dockerd
--log-opt
max-file=3
--log-opt=tag=x

== ufw
ENABLED=yes

== firewalld
inactive

== route
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
ens3\t00000000\t01AA5F0A\t0003\t0\t0\t100\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0

== disk
Filesystem     1024-blocks  Used Available Capacity Mounted on
/dev/vda1          2097152  2560   2094592       1% /

== inodes
Filesystem      Inodes IUsed   IFree IUse% Mounted on
/dev/vda1      3085510   819 3084691    1% /
`;

const without = (part: string) => whole.replace(new RegExp(`(== ${part}\\n).*?(?=== |$)`, 's'), '$1');

describe('a survey', () => {
  it('is read part by part', () => {
    expect(parseSurvey(whole)).toEqual({
      isRoot: false,
      sshd: { maxSessions: 4, maxStartups: 10, maxAuthTries: 6, forwardsSockets: true },
      engine: { logOptions: { 'max-size': '10m', 'max-file': '3', tag: 'x' }, iptables: true },
      firewall: 'ufw',
      interface: 'ens3',
      disk: {
        totalBytes: 2097152 * 1024,
        freeBytes: 2094592 * 1024,
        totalInodes: 3085510,
        freeInodes: 3084691,
      },
    });
  });

  it('tells what can be seen from what can not', () => {
    expect(parseSurvey('')).toBeUndefined();
    expect(parseSurvey('command not found')).toBeUndefined();
    expect(parseSurvey(without('sshd'))?.sshd).toBeUndefined();
    expect(parseSurvey(without('disk'))?.disk).toBeUndefined();
    expect(parseSurvey(whole.replace(/\{.*\}/, 'unreadable'))?.engine).toBeUndefined();
    // No such file: the engine's defaults hold.
    expect(parseSurvey(without('daemon'))?.engine).toEqual({
      logOptions: { 'max-file': '3', tag: 'x' },
      iptables: true,
    });
    expect(parseSurvey(without('ufw'))?.firewall).toBe('none');
    expect(parseSurvey(without('ufw').replace('inactive', 'active'))?.firewall).toBe('firewalld');
  });

  it('reads a file system without a number of inodes', () => {
    const btrfs = whole.replace('3085510   819 3084691    1%', '0     0       0     -');
    expect(parseSurvey(btrfs)?.disk).toMatchObject({ totalInodes: 0, freeInodes: 0 });
  });

  it.each([
    ['an array', '[1]', {}],
    ['odd options', '{"log-opts": "x", "iptables": false}', {}],
  ])('reads a configuration with %s', (_, text, logOptions) => {
    expect(parseSurvey(without('dockerd').replace(/\{.*\}/, text))?.engine?.logOptions).toEqual(logOptions);
  });

  it('takes nothing from a host for a network interface that is none', () => {
    expect(parseSurvey(whole.replace('ens3', '$(reboot)'))?.interface).toBeUndefined();
  });

  it('is one command that any machine with a shell understands', () => {
    const [program = '', ...args] = surveyCommand("/no such 'folder'");
    expect(args[1]).not.toMatch(/['\n]/);
    const survey = parseSurvey(execFileSync(program, args, { encoding: 'utf8' }));
    expect(survey).toMatchObject({ isRoot: process.getuid?.() === 0, disk: undefined });
    const [, ...here] = surveyCommand('/');
    expect(parseSurvey(execFileSync(program, here, { encoding: 'utf8' }))?.disk?.totalBytes).toBeGreaterThan(
      0,
    );
  });
});

describe("sshd's configuration", () => {
  it('is what sshd -G prints, in small letters and complete', () => {
    const printed =
      'port 22\nmaxsessions 2\nmaxstartups 3:30:100\nmaxauthtries 1\nallowstreamlocalforwarding no\n';
    expect(parseSshdConfig(printed, '')).toEqual({
      maxSessions: 2,
      maxStartups: 3,
      maxAuthTries: 1,
      forwardsSockets: false,
    });
  });

  it.each([
    ['DisableForwarding yes', false],
    ['AllowStreamLocalForwarding=remote', false],
    ['AllowStreamLocalForwarding local', true],
    ['AllowStreamLocalForwarding "all"', true],
    ['Match all\nAllowStreamLocalForwarding no', true],
  ])('with %j forwards sockets: %s', (text, forwards) => {
    expect(parseSshdConfig(text, '')?.forwardsSockets).toBe(forwards);
  });

  it('leaves out included files that nothing includes', () => {
    expect(parseSshdConfig('Port 22', 'MaxSessions 1')?.maxSessions).toBe(10);
  });
});

it('a configuration that a host made up takes a moment to read', () => {
  const blanks = ' '.repeat(300_000);
  const began = performance.now();
  const config = [`Port a${blanks}b`, `Port${blanks}\u2028b`, `${'a'.repeat(300_000)}!`, 'MaxSessions 4  \r'];
  expect(parseSshdConfig(config.join('\n'), '')).toMatchObject({ maxSessions: 4 });
  expect(performance.now() - began).toBeLessThan(5000);
});
