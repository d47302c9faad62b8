import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import schema from '../../../schemas/hosts-file.json' with { type: 'json' };
import { parseHostsFile } from '../../../src/lib/hosts/hosts-file.js';

const problems = (text: string) =>
  parseHostsFile(text, 'hosts.yaml').then(
    () => 'none',
    (error: Error) => error.message,
  );

const whole = `
# The shop's machines.
hosts:
  - deploy@10.0.0.11
  - host: 10.0.0.12
    name: web2
    user: deploy
    port: 2222
    identityFile: ~/.ssh/shop
    proxyJump: bastion,me@b2:2222
    zone: b
    attributes: {disk: ssd, gpus: 2, gpu: null, fast: true, old: false}
    reserve: {cpu: 512, memory: 256}
    portRange: 40000-49999
    publishAddress: 192.0.2.7
    gpus: 2
  - unix:///var/run/docker.sock
`;

describe('parseHostsFile', () => {
  it('reads all that a host can have', async () => {
    expect(await parseHostsFile(whole, 'hosts.yaml')).toEqual([
      { host: 'deploy@10.0.0.11', name: '10.0.0.11' },
      {
        host: 'deploy@10.0.0.12:2222',
        name: 'web2',
        identityFile: '~/.ssh/shop',
        proxyJump: 'bastion,me@b2:2222',
        zone: 'b',
        attributes: [
          { name: 'disk', value: 'ssd' },
          { name: 'gpus', value: '2' },
          { name: 'gpu' },
          { name: 'fast' },
          { name: 'old', value: 'false' },
        ],
        reserve: { cpu: 512, memory: 256 },
        portRange: '40000-49999',
        publishAddress: '192.0.2.7',
        gpus: 2,
      },
      { host: 'unix:///var/run/docker.sock', name: 'localhost' },
    ]);
  });

  it('reads a list without a name, JSON with comments, and the attributes of ECS', async () => {
    expect(await parseHostsFile('- web1\n- me@web2\n', 'hosts.yaml')).toHaveLength(2);
    const json =
      '{"hosts": [{"host": "web1", "attributes": [{"name": "a", "value": "b"}, {"name": "c"}]}]} // end';
    expect(await parseHostsFile(json, 'hosts.json')).toEqual([
      { host: 'web1', name: 'web1', attributes: [{ name: 'a', value: 'b' }, { name: 'c' }] },
    ]);
  });

  it('names all problems at once, with the line, what was given and what is allowed', async () => {
    const text = `hosts:
  - host: web1
    prot: 22
  - host: web2
    port: 70000
    zone: 3
    reserve: {cpu: -1, memory: some}
  - name: nobody
  - host: "-oProxyCommand=x"
  - 17
`;
    expect((await problems(text)).split('\n')).toEqual([
      'hosts.yaml has 8 problems:',
      '- host 1 (line 3): prot is not known; did you mean port?',
      '- host 2 (line 5): port must be 65535 or less',
      '- host 2 (line 6): zone must be a string, not the number 3; put it in quotes',
      '- host 2 (line 7): reserve.cpu must be 0 or more',
      '- host 2 (line 7): reserve.memory must be a whole number, not the string "some"',
      '- host 3 (line 8): host is required',
      '- host 4 (line 9): Invalid host address "-oProxyCommand=x": a host cannot begin with "-"',
      '- host 5 (line 10): takes an address, or an object with host',
    ]);
  });

  it.each([
    ['hosts: []', 'hosts.yaml names no hosts'],
    ['web1', 'holds no names and values'],
    ['hosts: {a: b}', 'hosts.yaml names no hosts'],
    ['- web1\n- web1', 'two hosts have the address web1'],
    ['- me@web1\n- you@web1', 'two hosts have the name web1'],
    ['- {host: me@web1, user: you}', 'two users are given'],
    ['- {host: "web1:22", port: 23}', 'two ports are given'],
    ['- {host: "unix:///s", user: me}', 'user makes no sense for a socket'],
    ['- {host: web1, user: "-l"}', 'a user cannot begin with "-"'],
    ['- {host: web1, proxyJump: "a b"}', 'characters that no host name has'],
    ['- {host: web1, portRange: 9000-80}', 'is not a range of ports'],
    ['- {host: web1, portRange: "80"}', 'takes two ports, as in 40000-49999'],
    ['- {host: web1, name: "a b"}', 'name takes 1 to 128 letters'],
    ['- {host: web1, identityFile: "a\\e[2K"}', 'identityFile has control characters'],
    ['- {host: web1, zone: "a\\u202eb"}', 'zone has control characters'],
    ['- {host: web1, publishAddress: "a\\rb"}', 'publishAddress has control characters'],
    ['- {host: ""}', 'host must not be empty'],
    ['hosts: [web1]\nhost: web2', 'host is not known beside hosts'],
    ['hosts:\n\t- web1', 'line 2'],
  ])('says what is wrong with %j', async (text, problem) => {
    expect(await problems(text)).toContain(problem);
  });
});

it('the schema for editors takes what is taken', async () => {
  const { parse } = await import('yaml');
  const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
  expect(validate(parse(whole))).toBe(true);
  expect(validate(['web1'])).toBe(true);
  expect(validate([{ prot: 22 }])).toBe(false);
});
