import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seconds } from '../../../src/lib/api/seconds.js';
import { type Column, peopleTable } from '../../../src/lib/cli/people-table.js';
import { shortIds } from '../../../src/lib/api/short-ids.js';
import { folded, pieces, withinWidth } from '../../../src/lib/cli/folding.js';
import { count } from '../../../src/lib/api/count.js';
import { age, bytes, wrapped } from '../../../src/lib/cli/people-words.js';
import { fakeTerminal } from './kit.js';

interface Row {
  name: string;
  image?: string;
  age: string;
}
const columns: Column<Row>[] = [
  { title: 'name', of: (row) => row.name },
  { title: 'image', of: (row) => row.image, shrinksTo: 6 },
  { title: 'age', of: (row) => row.age, right: true, style: () => 'dim' },
];
const rows: Row[] = [
  {
    name: 'web',
    image: 'registry.example.com/team/service/with/a/long/path:1.2.3-and-a-long-tag',
    age: '3m',
  },
  { name: 'a\x1b[31mb', age: '12d' },
];

describe('tables for people', () => {
  it.each([80, 60, 40])('fit %i columns', (width) => {
    const lines = peopleTable(columns, rows, fakeTerminal({ width })).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  });

  it('shorten only what may be, and say so', () => {
    const text = peopleTable(columns, rows.slice(0, 1), fakeTerminal({ width: 24 }));
    expect(text).toBe('NAME  IMAGE          AGE\nweb   registry.exa…   3m\n');
  });

  it('shorten with a sign that the C locale has', () => {
    const terminal = { ...fakeTerminal({ width: 24 }), unicode: false };
    expect(peopleTable(columns, rows.slice(0, 1), terminal)).toMatch(/registry\.\w+~ /);
  });

  it('give the terminal no orders of others, and show what is missing', () => {
    const text = peopleTable(columns, rows.slice(1), fakeTerminal());
    expect(text).not.toContain('\x1b');
    expect(text).toMatch(/a \[31mb +- +12d/);
  });

  it('colour cells without moving them', () => {
    const plain = peopleTable(columns, rows, fakeTerminal());
    const coloured = peopleTable(columns, rows, fakeTerminal({ color: true }));
    expect(coloured.replaceAll(/<\/?[a-z]*>/g, '')).toBe(plain);
    expect(coloured).toContain('<dim> 3m</>');
  });
});

describe('words for people', () => {
  it('ages', () => {
    const at = (s: number) => age(new Date(1e12 - s * 1000), 1e12);
    const [m, h, d] = [60, 3600, 86_400];
    expect([at(-5), at(0), at(94), at(119)]).toEqual(['0s', '0s', '94s', '119s']);
    expect([at(2 * m), at(2 * m + 5), at(10 * m - 1)]).toEqual(['2m', '2m5s', '9m59s']);
    expect([at(10 * m), at(12 * m + 30), at(3 * h - 1)]).toEqual(['10m', '12m', '179m']);
    expect([at(3 * h), at(5 * h + 20 * m + 9), at(8 * h - 1)]).toEqual(['3h', '5h20m', '7h59m']);
    expect([at(8 * h), at(2 * d - 1)]).toEqual(['8h', '47h']);
    expect([at(2 * d), at(2 * d + 3 * h), at(8 * d - 1)]).toEqual(['2d', '2d3h', '7d23h']);
    expect([at(8 * d), at(800 * d)]).toEqual(['8d', '800d']);
  });

  it('short ids that stay different', () => {
    const a = `12345678${'a'.repeat(24)}`;
    const b = `12345678${'b'.repeat(24)}`;
    expect([...shortIds([a, b]).values()]).toEqual(['12345678a', '12345678b']);
    expect(shortIds([a, a]).get(a)).toBe('12345678');
  });

  it('times as people write them', () => {
    expect(['90', '90s', '15m', '2h', '1.5d', '', 'x', '1w'].map(seconds)).toEqual([
      90,
      90,
      900,
      7200,
      129_600,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('bytes, counts and wrapped lines', () => {
    expect([bytes(0), bytes(999), bytes(1500), bytes(12_900_000), bytes(512e6)]).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '12.9 MB',
      '512 MB',
    ]);
    expect([count(1, 'task'), count(2, 'task')]).toEqual(['1 task', '2 tasks']);
    expect(wrapped('one two three', 2, 10)).toBe('  one two\n  three\n');
  });
});

describe('columns that can be done without', () => {
  const many: Column<string>[] = [
    { title: 'task', of: (text) => text },
    { title: 'definition', of: () => 'a-rather-long-family:12', shrinksTo: 12 },
    { title: 'ports', of: () => '10.0.0.11:49153', shrinksTo: 14, leaves: 2 },
    { title: 'age', of: () => '3m', right: true, leaves: 1 },
  ];
  const titles = (width: number) =>
    (peopleTable(many, ['1f2e3d4c'], fakeTerminal({ width })).split('\n')[0] ?? '').split(/ +/);

  it('stay where others can shrink, and leave in their order where that is not enough', () => {
    expect(titles(80)).toEqual(['TASK', 'DEFINITION', 'PORTS', 'AGE']);
    // 8 + 12 + 14 + 3, and a gap of two between them.
    expect(titles(43)).toEqual(['TASK', 'DEFINITION', 'PORTS', 'AGE']);
    expect(titles(42)).toEqual(['TASK', 'DEFINITION', 'PORTS']);
    expect(titles(37)).toEqual(['TASK', 'DEFINITION']);
    const text = peopleTable(many, ['1f2e3d4c'], fakeTerminal({ width: 22 }));
    expect(text).toBe('TASK      DEFINITION\n1f2e3d4c  a-rather-lo…\n');
  });
});

it('wide characters take two columns, and are not cut in half', () => {
  const tags: Column<string>[] = [
    { title: 'value', of: (text) => text, shrinksTo: 5 },
    { title: 'x', of: () => 'y' },
  ];
  expect(peopleTable(tags, ['日本語', 'e\u0301te\u0301'], fakeTerminal())).toBe(
    'VALUE   X\n日本語  y\ne\u0301te\u0301     y\n',
  );
  expect(peopleTable(tags, ['日本語'], fakeTerminal({ width: 8 }))).toBe('VALUE  X\n日本…  y\n');
});

describe('talk', () => {
  const people = fakeTerminal({ people: true, width: 30 });

  it('is broken between words where it is wider than the terminal', () => {
    expect(folded('web2 unreachable: it did not answer within 10 s; check that it is up', people)).toBe(
      'web2 unreachable: it did not\nanswer within 10 s; check that\nit is up',
    );
    // Colours take no room.
    expect(folded('\x1b[31mfailed:\x1b[39m web2 is not reachable', people)).not.toContain('\n');
    expect(folded('short\nand more of it\n', people)).toBe('short\nand more of it\n');
  });

  it('keeps commands in one piece, and the sentences around them not', () => {
    const remedy = 'longshore list-clusters shows those there are, longshore create-cluster makes one';
    expect(folded(`There is none: ${remedy}`, people)).toBe(
      'There is none:\nlongshore list-clusters shows\nthose there are,\nlongshore create-cluster makes\none',
    );
    const command = 'longshore create-cluster --cluster-name default --hosts user@host ...';
    expect(withinWidth(`No clusters. Make one: ${command}\n`, 30)).toBe(
      `No clusters. Make one:\n${command}\n`,
    );
  });

  it.each([
    ['run ssh -t web1 sudo systemctl restart docker, and wait', 'ssh -t web1 sudo systemctl restart docker,'],
    ['Add --yes. longshore help tasks tells more', '--yes.', 'longshore help'],
    ['it ended: --since 3h shows it', '--since 3h'],
    ['Run longshore state export > a.json once', 'longshore state export > a.json'],
    ['docker is a word, longshore too'],
    ['Try longshore stop-task --task ID.', 'longshore stop-task --task ID.'],
    ['start it (longshore serve, or by systemd)', '(longshore serve,'],
    ['start it there (longshore serve --socket PATH)', '(longshore serve --socket PATH)'],
    [
      'longshore wait instance-drained --cluster c --container-instances web1 moves it',
      'longshore wait instance-drained --cluster c --container-instances web1',
    ],
    [
      'longshore wait services-stable --services web goes on with it',
      'longshore wait services-stable --services web',
    ],
    ['longshore wait, which waits', 'longshore wait,'],
    ['longshore stop-task ends it', 'longshore stop-task'],
  ])('in "%s" the pieces are seen', (text, ...commands) => {
    const found = pieces(text);
    expect(found.join(' ')).toBe(text);
    expect(found.filter((piece) => /[ -]/.test(piece))).toEqual(commands);
  });

  it('knows all verbs of two words', () => {
    const files = readdirSync('src/commands', { recursive: true, encoding: 'utf8' });
    const verbs = files.flatMap((file) => (/^(.+)\/(.+)\.ts$/.exec(file) ?? []).slice(1).join(' ') || []);
    expect(verbs).toContain('state export');
    for (const verb of verbs) expect(pieces(`longshore ${verb} does that`)[0]).toBe(`longshore ${verb}`);
  });

  it('stays as it is where no people read it', () => {
    const long = 'word '.repeat(20);
    expect(folded(long, fakeTerminal({ width: 30 }))).toBe(long);
  });
});
