import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { lastLines } from '../../../src/lib/agent/logs.js';
import { observeHost } from '../../../src/lib/agent/observe.js';
import type { DockerHost } from '../../../src/lib/hosts/docker-host.js';
import type { OpenHostsOptions } from '../../../src/lib/hosts/open-hosts.js';
import { clients, failing } from './client.js';
import { answer, TestEngine } from './sshd.js';

const { folder, open } = clients();

/** A host whose engine answers what it likes. */
async function hostOf(
  respond: (response: ServerResponse, url: string) => void,
  options: Partial<OpenHostsOptions> = {},
) {
  const engine = await TestEngine.start(folder, (request, response) => {
    if (request.url?.endsWith('/info')) return answer(response, {});
    respond(response, request.url ?? '');
  });
  const { hosts } = open([], { options });
  const host = await hosts.connect({ scheme: 'unix', path: engine.path }, 'web1');
  return { engine, host };
}

const saying = async (body: unknown) => (await hostOf((response) => answer(response, body))).host;

/** Writes the piece again and again until the client has had enough. */
function endlessly(response: ServerResponse, piece: Buffer | string): void {
  const write = () => {
    while (!response.destroyed) if (!response.write(piece)) return void response.once('drain', write);
  };
  write();
}

const questions: [string, (host: DockerHost) => Promise<unknown>][] = [
  ['listContainers', (host) => host.listContainers({ all: true })],
  ['inspectContainer', (host) => host.inspectContainer('x')],
  ['createContainer', (host) => host.createContainer('x', { Image: 'i' })],
  ['waitContainer', (host) => host.waitContainer('x')],
  ['inspectImage', (host) => host.inspectImage('x')],
  ['inspectVolume', (host) => host.inspectVolume('x')],
  ['createVolume', (host) => host.createVolume({ name: 'x' })],
  ['listVolumes', (host) => host.listVolumes({})],
];

describe('an answer that makes no sense', () => {
  const answers: unknown[] = [
    null,
    [null],
    'text',
    7,
    [[]],
    [{ Id: 7 }],
    { Id: 'x', State: null, Volumes: {} },
  ];

  it.each(questions)('to %s is the failure of its host', async (_, ask) => {
    for (const body of answers) {
      const error = await failing(ask(await saying(body))).catch(() => undefined);
      // Some of them are an answer to one of the questions.
      if (error === undefined) continue;
      expect(error).toMatchObject({
        name: 'HostError',
        kind: 'engine',
        message: expect.stringMatching(/^web1: its Docker engine gave an answer that makes no sense \(/),
      });
    }
    const error = await failing(ask(await saying(null)));
    expect(error).toMatchObject({ name: 'HostError', kind: 'engine' });
  });

  it('to the greeting is the failure of its host too', async () => {
    const { hosts } = open([]);
    const greeted = async (version: object) => {
      const engine = await TestEngine.start(folder);
      engine.version = version;
      return failing(hosts.connect({ scheme: 'unix', path: engine.path }, 'web1'));
    };
    for (const version of [[], {}, { ApiVersion: '1' }, { ApiVersion: `1.${'9'.repeat(5000)}` }])
      expect(await greeted(version)).toMatchObject({ name: 'HostError', kind: 'no-docker' });
    for (const MinAPIVersion of [7, {}, ['1.41']])
      expect(await greeted({ ApiVersion: '1.99', MinAPIVersion })).toMatchObject({
        name: 'HostError',
        kind: 'engine',
      });
  });

  it('holds the name of what is wrong, and nothing of what was said', async () => {
    const host = await saying([{ Id: 'c', Labels: { a: ['hunter2'] } }]);
    const { message } = await failing(host.listContainers({}));
    expect(message).toBe(
      'web1: its Docker engine gave an answer that makes no sense (Labels holds something that is no text)',
    );
  });
});

describe('an answer without an end', () => {
  it.each([
    ['a listing', 'more than 32 MiB', (host: DockerHost) => host.listContainers({})],
    ['another', 'more than 4 MiB', (host: DockerHost) => host.inspectContainer('x')],
  ])('to %s is not waited for', async (_, words, ask) => {
    const { engine, host } = await hostOf((response) => {
      response.writeHead(200);
      endlessly(response, Buffer.alloc(1024 * 1024, ' '));
    });
    const asked = engine.requests.length;
    expect(await failing(ask(host))).toMatchObject({
      kind: 'engine',
      message: expect.stringContaining(words),
    });
    expect(engine.requests).toHaveLength(asked + 1);
  });

  it('that is an error is not waited for', async () => {
    const { host } = await hostOf((response) => {
      response.writeHead(500);
      endlessly(response, Buffer.alloc(64 * 1024, 'x'));
    });
    expect((await failing(host.inspectImage('x'))).message).toContain('more than 1 MiB');
  });

  it.each(['{}', '[]', '{"a":[]}'])('of %s is not taken apart', async (part) => {
    const { host } = await hostOf((response) => response.end(`[${`${part},`.repeat(2_000_000)}0]`));
    expect((await failing(host.listContainers({}))).message).toContain('more parts than an answer may have');
  });

  it('of rows is none', async () => {
    const host = await saying(Array.from({ length: 100_001 }, () => ({})));
    expect((await failing(host.listContainers({}))).message).toContain('it has 100001 rows');
  });
});

describe('a log that begins and goes on with nothing', () => {
  const line = '2026-01-02T03:04:05.1Z here\n';
  const limits = { request: 5, change: 5, log: 0.3 };
  const quiet = () =>
    hostOf(
      (response) => {
        response.writeHead(200);
        response.write(line);
      },
      { limits },
    );

  it('is given up, and what there was of it is not lost', async () => {
    const { host } = await quiet();
    const texts: string[] = [];
    const read = async () => {
      for await (const { text } of host.logs('x', {})) texts.push(text);
    };
    expect(await failing(read())).toMatchObject({
      name: 'HostError',
      kind: 'timeout',
      message: expect.stringContaining('0.3 s (reading a log)'),
    });
    expect(texts).toEqual(['here']);
  });

  it('is waited for where it is followed', async () => {
    const { host } = await quiet();
    const texts: string[] = [];
    for await (const { text } of host.logs('x', { follow: true, signal: AbortSignal.timeout(700) }))
      texts.push(text);
    expect(texts).toEqual(['here']);
  });

  it('waits for whoever reads it', async () => {
    const { host } = await hostOf(
      (response) => {
        response.writeHead(200);
        response.write(line);
        setTimeout(() => response.end(line), 100);
      },
      { limits },
    );
    const texts: string[] = [];
    for await (const { text } of host.logs('x', {})) {
      texts.push(text);
      await sleep(500);
    }
    expect(texts).toEqual(['here', 'here']);
  });
});

describe('texts', () => {
  it('have an end', async () => {
    const host = await saying({
      Id: 'c',
      Name: '/x',
      Created: 'x'.repeat(1e6),
      Config: { Labels: {} },
      State: {
        Status: 'exited',
        Error: 'E'.repeat(1e6),
        Health: { Status: 'unhealthy', Log: [{ Output: 'o'.repeat(1e6) }] },
      },
    });
    const details = await host.inspectContainer('c');
    expect(details?.state.error).toHaveLength(2000);
    expect(details?.state.health?.log?.[0]?.output).toHaveLength(4096);
    expect(details?.created).toBe(0);
  });

  it('in lists have an end, and lists have one', async () => {
    const Log = ['json-file', 'x'.repeat(129), ...Array.from({ length: 50_000 }, (_, i) => `d${i}`)];
    const engine = await TestEngine.start(folder, (_request, response) =>
      answer(response, { Plugins: { Log } }),
    );
    const host = await open([]).hosts.connect({ scheme: 'unix', path: engine.path }, 'web1');
    const { logDrivers } = await host.info();
    expect(logDrivers).toHaveLength(255);
    expect(logDrivers.slice(0, 2)).toEqual(['json-file', 'd0']);
  });

  it('of a listing make no ports that are none', async () => {
    const ports = (port: object) => saying([{ Id: 'c', Ports: [{ Type: 'tcp', PrivatePort: 80, ...port }] }]);
    for (const port of [{ PublicPort: 65_536 }, { PublicPort: 1.5 }, { PrivatePort: -1 }, { IP: {} }])
      expect(await failing((await ports(port)).listContainers({}))).toMatchObject({ kind: 'engine' });
  });
});

describe('a pull', () => {
  const pulling = async (text: string) => {
    const { host } = await hostOf((response) => {
      response.writeHead(200);
      response.end(text);
    });
    const told: object[] = [];
    await host.pullImage('x', { timeout: 5, onProgress: (progress) => told.push(progress) });
    return told;
  };

  it('fails with the words of an error, whatever they are', async () => {
    expect(await failing(pulling('{"error":{"a":1}}\n'))).toMatchObject({
      kind: 'engine',
      message: 'web1: {"a":1}',
    });
    expect(await failing(pulling('{"error":"no"}\n'))).toMatchObject({ message: 'web1: no' });
  });

  it('goes on over lines that say nothing', async () => {
    const lines = [
      'null',
      '7',
      '[]',
      'x',
      '{"id":{},"status":7}',
      '{"id":"a","status":"Downloading","progressDetail":"x"}',
    ];
    expect(await pulling(`${lines.join('\n')}\n`)).toEqual([
      { status: '', current: 0, total: 0 },
      { status: 'Downloading', current: 0, total: 0 },
    ]);
  });

  it('counts no more layers than images have', async () => {
    const line = (i: number) =>
      `{"id":"${i}","status":"Downloading","progressDetail":{"current":1,"total":1}}\n`;
    const told = await pulling(Array.from({ length: 2000 }, (_, i) => line(i)).join(''));
    expect(told.at(-1)).toMatchObject({ total: 1000 });
  });
});

describe('events', () => {
  it('that make no sense are a failure of the host', async () => {
    const { host } = await hostOf((response) => {
      response.writeHead(200);
      response.write('null\n{"Type":"container","Actor":{"Attributes":{"a":7}}}\n');
    });
    const read = async () => {
      for await (const event of host.events({ signal: AbortSignal.timeout(5000) }))
        expect(event).toBeUndefined();
    };
    expect(await failing(read())).toMatchObject({ name: 'HostError', kind: 'engine' });
  });
});

describe('the end of a log that has none', () => {
  const frame = (text: string) => {
    const head = Buffer.alloc(8);
    head[0] = 1;
    head.writeUInt32BE(text.length, 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const logging = (piece: Buffer) =>
    hostOf((response) => {
      response.writeHead(200);
      endlessly(response, piece);
    });

  it.each([
    ['empty lines', frame('2024-01-01T00:00:00.000000000Z \n')],
    ['long lines', frame(`2024-01-01T00:00:00.000000000Z ${'x'.repeat(60_000)}\n`)],
    ['a line without an end', frame('y'.repeat(60_000))],
  ])('is read no further: %s', async (_, piece) => {
    const { host } = await logging(Buffer.concat(Array.from({ length: 100 }, () => piece)));
    const lines = await lastLines(host, 'c', 20, 8192);
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(lines.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(8192);
  });

  it('takes no longer than it may, where nothing comes of it', async () => {
    const { host } = await logging(Buffer.alloc(8 * 1024));
    const began = performance.now();
    expect(await lastLines(host, 'c', 20, 8192, 200)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

it('one container that makes no sense fails its host and nothing else', async () => {
  const host = await saying([{ Id: 'c', Labels: { 'longshore.task-id': 7 } }]);
  expect(await failing(observeHost(host))).toMatchObject({ name: 'HostError', host: 'web1' });
});
