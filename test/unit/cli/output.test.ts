import { describe, expect, it } from 'vitest';
import { formatOutput as format, isoTimestamp, type OutputFormat } from '../../../src/lib/cli/output.js';

const formatOutput = (answer: object, form: OutputFormat, operation: string) =>
  format(answer, { format: form, operation, width: 80 });

const answer = {
  tasks: [
    {
      taskArn: 'arn:t/1',
      version: 2,
      createdAt: new Date('2026-11-21T05:46:00.123Z'),
      containers: [{ name: 'a', ok: true }],
    },
    { taskArn: 'arn:t/2', version: 3, tags: [], stoppedReason: undefined },
  ],
  failures: [],
};

describe('answers off a terminal', () => {
  it('are JSON as the AWS CLI writes it', async () => {
    const text = await formatOutput(
      { taskArns: [], nested: { at: new Date('2026-11-21T05:46:00Z') }, none: undefined },
      'json',
      'X',
    );
    expect(text).toBe(`{
    "taskArns": [],
    "nested": {
        "at": "${isoTimestamp(new Date('2026-11-21T05:46:00Z'))}"
    }
}
`);
  });

  it('have times in local time with its offset, and microseconds only where there are some', () => {
    const offset = /[+-]\d\d:\d\d$/;
    expect(isoTimestamp(new Date('2026-11-21T05:46:00.123Z'))).toMatch(
      /^2026-11-2\dT\d\d:\d\d:00\.123000[+-]/,
    );
    expect(isoTimestamp(new Date('2026-11-21T05:46:00Z'))).toMatch(/^2026-11-2\dT\d\d:\d\d:00[+-]/);
    expect(Date.parse(isoTimestamp(new Date('2026-11-21T05:46:00.123Z')))).toBe(
      Date.parse('2026-11-21T05:46:00.123Z'),
    );
    expect(isoTimestamp(new Date(0))).toMatch(offset);
  });

  it('are YAML', async () => {
    expect(await formatOutput({ a: ['x'], b: { c: true } }, 'yaml', 'X')).toBe('a:\n- x\nb:\n  c: true\n');
  });

  it('are text as the AWS CLI writes it: scalars in the order of their names, the same columns in a list', async () => {
    expect(await formatOutput(answer, 'text', 'X')).toBe(
      [
        `TASKS\t${isoTimestamp(answer.tasks[0]?.createdAt as Date)}\tarn:t/1\t2`,
        'CONTAINERS\ta\tTrue',
        'TASKS\t\tarn:t/2\t3',
        '',
      ].join('\n'),
    );
    expect(await formatOutput({ clusterArns: ['a', 'b'], empty: [] }, 'text', 'X')).toBe(
      'CLUSTERARNS\ta\nCLUSTERARNS\tb\n',
    );
    expect(await formatOutput({ nothing: null }, 'text', 'X')).toBe('None\n');
  });

  it('are boxes whose lines are equally long, without empty lists', async () => {
    const text = await formatOutput(answer, 'table', 'DescribeTasks');
    const lines = text.trimEnd().split('\n');
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(text).toContain('DescribeTasks');
    expect(text).toMatch(/\| +name +\| +ok +\|/);
    expect(text).not.toContain('failures');
  });

  it.each(['json', 'yaml', 'text', 'table'] as const)('%s of nothing does not fail', async (format) => {
    expect(typeof (await formatOutput({}, format, 'X'))).toBe('string');
  });
});
