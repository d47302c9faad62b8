import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { DescribeUsageResponse } from '../../../src/lib/api/usage-types.js';
import { screenOf } from '../../../src/lib/cli/top/layout.js';
import { figuresOf, modelOf } from '../../../src/lib/cli/top/model.js';
import { listenForKeys } from '../../../src/lib/cli/top/keys.js';
import {
  chosenAt,
  pressed,
  shownServices,
  shownTasks,
  START,
  type ViewState,
} from '../../../src/lib/cli/top/state.js';

const usage = (readAt: number, cpuNanoseconds: number): DescribeUsageResponse => ({
  clusterName: 'default',
  hosts: ['web1', 'web2'].map((name, i) => ({
    name,
    containerInstanceArn: `arn:aws:ecs:local:0:container-instance/default/${name}`,
    status: 'ACTIVE',
    agentConnected: i === 0,
    cpu: 2048,
    memory: 1000,
    reservedCpu: 1024,
    reservedMemory: 500,
  })),
  services: [
    {
      serviceName: 'site',
      desiredCount: 3,
      runningCount: 2,
      pendingCount: 1,
      rolloutState: 'IN_PROGRESS',
      taskDefinition: 'web:3',
    },
  ],
  tasks: Array.from({ length: 30 }, (_, n) => ({
    taskArn: `arn:aws:ecs:local:0:task/default/${String(n).padStart(2, '0')}`.padEnd(60, '0'),
    host: n % 2 === 0 ? 'web1' : 'web2',
    taskDefinition: 'web:3',
    group: n < 28 ? 'service:site' : 'family:once\u001b[2J',
    lastStatus: 'RUNNING',
    startedAt: n * 1000,
    ...(n % 2 === 0 && { stats: { readAt, cpuNanoseconds: cpuNanoseconds * n, memoryBytes: n * 1024 ** 2 } }),
  })),
});
const before = usage(10_000, 0);
const model = modelOf(usage(12_000, 1e7), figuresOf(before));
const terminal = (width: number, rows: number) => ({
  width: () => width,
  rows: () => rows,
  unicode: false,
  style: (_: unknown, text: string) => text,
});

describe('what was used between two looks', () => {
  it('is CPU time over time, in percent of a core', () => {
    expect(model.tasks[2]?.cpu).toBeCloseTo(1);
    expect(model.tasks[1]).toMatchObject({ cpu: undefined, memory: undefined });
    expect(model.hosts[0]?.usedCpu).toBeCloseTo(10.24 * (210 / 2));
    expect(model.hosts[1]).toMatchObject({ usedCpu: undefined, tasks: 15 });
  });

  it('is not known where a container was started anew', () => {
    expect(modelOf(before, figuresOf(usage(8000, 5))).tasks[2]?.cpu).toBeUndefined();
  });
});

describe('a host that does not answer', () => {
  const silent = modelOf(usage(12_000, 1e7), figuresOf(before), new Set(['web1']));

  it('has no figures, and its tasks are as they were last known', () => {
    expect(silent.hosts[0]).toMatchObject({ isSilent: true, usedCpu: undefined, usedMemory: undefined });
    const task = silent.tasks.find(({ host }) => host === 'web1');
    expect(task).toMatchObject({ state: 'RUNNING', isLastKnown: true, cpu: undefined, memory: undefined });
  });

  it('is shown so', () => {
    const { lines } = screenOf(silent, { ...START, sort: 'host' }, terminal(80, 24), 60_000);
    expect(lines.find((line) => line.startsWith('web1'))).toMatch(/^web1 +15 .*no answer$/);
    expect(lines.find((line) => line.startsWith('>'))).toMatch(/web1 +running\?/);
    expect(lines[0]).toContain('2 hosts (2 away)');
  });
});

describe('the screen', () => {
  it('has what just happened in its last line, and the tasks in sight', () => {
    const { lines, inSight } = screenOf(model, START, terminal(80, 24), 60_000, `failed: ${'x'.repeat(90)}`);
    expect(lines).toHaveLength(24);
    expect(lines[23]).toMatch(/^failed: x{60,}/);
    const ids = lines.flatMap((line) => /^[> ] {2}(\w{8}) /.exec(line)?.[1] ?? []);
    expect(inSight.map((id) => id.slice(0, 8))).toEqual(ids);
  });

  it.each([
    [80, 24],
    [40, 12],
    [200, 50],
  ])('has %d columns and %d rows at most', (width, rows) => {
    for (const state of [
      START,
      { ...START, help: true },
      { ...START, typing: true, filter: 'a'.repeat(300) },
    ]) {
      const { lines } = screenOf(model, state, terminal(width, rows), 60_000);
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  it('shows bars, what is away, and no escape sequence of anybody', () => {
    const text = screenOf(model, { ...START, sort: 'name' }, terminal(100, 50), 60_000).lines.join('\n');
    expect(text).toMatch(/web1 .*#+-*\.+ .*ACTIVE/);
    expect(text).toMatch(/web2 .*away/);
    expect(text).toMatch(/site +2\/3/);
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(text).not.toMatch(/\u001b/);
  });

  it('keeps the chosen task in sight', () => {
    const rows = shownTasks(model, START);
    const state: ViewState = { ...START, chosen: rows[25]?.id };
    const { lines } = screenOf(model, state, terminal(80, 20), 60_000);
    expect(lines.find((line) => line.startsWith('>'))).toContain(rows[25]?.id.slice(0, 8));
  });
});

describe('keys', () => {
  const rows = shownTasks(model, START);
  const after = (keys: string[], state = START) =>
    keys.reduce((now, key) => pressed(now, key, rows).state, state);

  it('move, and stop at the ends', () => {
    expect(chosenAt(after(['j', 'down', 'k']), rows)).toBe(1);
    expect(chosenAt(after(['k', 'k']), rows)).toBe(0);
    expect(chosenAt(after(Array.from({ length: 40 }, () => 'j')), rows)).toBe(29);
  });

  it('sort and filter', () => {
    expect(shownTasks(model, START)[0]?.cpu).toBeCloseTo(14);
    expect(shownTasks(model, after(['a']))[0]?.startedAt).toBe(29_000);
    const filtered = after(['/', ...'once', 'return']);
    expect(shownTasks(model, filtered)).toHaveLength(2);
    expect(after(['/', 'q', 'backspace', 'x', 'escape'])).toEqual(START);
  });

  it('open logs, and leave', () => {
    expect(pressed(START, 'return', rows).wish).toBe('logs');
    expect(pressed(START, 'l', []).wish).toBeUndefined();
    expect(pressed(START, 'q', rows).wish).toBe('leave');
    expect(pressed({ ...START, typing: true }, 'C-c', rows).wish).toBe('leave');
  });

  it('go far, and stop at the ends', () => {
    expect(chosenAt(after(['pagedown', 'pagedown', 'pageup']), rows)).toBe(10);
    expect(chosenAt(after(['end']), rows)).toBe(29);
    expect(chosenAt(after(['end', 'home']), rows)).toBe(0);
  });

  it('that are no characters are not typed into the filter', () => {
    expect(after(['/', 'a', 'up', 'f1', 'C-a', 'ü', '🐳']).filter).toBe('aü🐳');
  });
});

describe('what a terminal sends', () => {
  const heard = async (...chunks: string[]) => {
    const stdin = new PassThrough();
    const keys: string[] = [];
    const end = listenForKeys(stdin, (key) => keys.push(key));
    for (const chunk of chunks) {
      stdin.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { keys, end, stdin };
  };

  it('is taken apart where several keys come at once', async () => {
    const { keys } = await heard('j\x1b[Aq\x1bOB\r\x7f\x03\x1a/ü🐳\x1b[5~');
    expect(keys).toEqual([
      ...['j', 'up', 'q', 'down', 'return', 'backspace', 'C-c', 'C-z', '/', 'ü', '🐳', 'pageup'],
    ]);
  });

  it('is one key where its sequence comes in pieces', async () => {
    expect((await heard('\x1b', '[A', '\x1b[', 'B', '\x1b', 'O', 'A')).keys).toEqual(['up', 'down', 'up']);
  });

  it('is Esc where nothing follows it', async () => {
    const { keys } = await heard('\x1b');
    await expect.poll(() => keys).toEqual(['escape']);
  });

  it('is heard no more at the end', async () => {
    const { keys, end, stdin } = await heard('a');
    end();
    stdin.write('b');
    await new Promise((resolve) => setImmediate(resolve));
    expect(keys).toEqual(['a']);
  });
});

describe('services', () => {
  const [site] = model.services;
  const named = (serviceName: string, more: object = {}) => ({
    ...site!,
    serviceName,
    runningCount: 3,
    rolloutState: 'COMPLETED',
    ...more,
  });
  const many = {
    ...model,
    services: [
      ...Array.from({ length: 12 }, (_, n) => named(`app${n}`)),
      named('yoke', { runningCount: 1 }),
      named('zeta', { rolloutState: 'FAILED' }),
      site!,
    ],
  };
  const names = (filter: string) =>
    shownServices(many, { ...START, filter }).map(({ serviceName }) => serviceName);

  it('that failed or lack tasks stand first, the others by name', () => {
    expect(names('').slice(0, 5)).toEqual(['zeta', 'site', 'yoke', 'app0', 'app1']);
    expect(screenOf(many, START, terminal(80, 24), 0).lines.join('\n')).toMatch(/zeta.*\n.*site/);
  });

  it('are filtered by their names, and by their tasks', () => {
    expect(names('zet')).toEqual(['zeta']);
    expect(names('web2')).toEqual(['site']);
  });
});
