import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bytesOf,
  rangesWithout,
  readArchive,
  tarEnd,
  type Range,
} from '../../../../src/lib/engine/push-image/archive.js';
import { InvalidTar, tarEntries } from '../../../../src/lib/engine/push-image/tar-entries.js';
import { filesOf, tarOf } from '../../../fakes/fake-archive.js';

const readerOf = (bytes: Buffer) => async (offset: number, length: number) =>
  bytes.subarray(offset, offset + length);
const entriesOf = (bytes: Buffer) => tarEntries(readerOf(bytes));
const archiveIn = (bytes: Buffer, reference = 'a:1') => readArchive(bytes.length, readerOf(bytes), reference);
const cut = (bytes: Buffer, ranges: readonly Range[]) =>
  Buffer.concat([...ranges.map(([start, end]) => bytes.subarray(start, end)), tarEnd]);

describe('entries of a tar', () => {
  it('are found with their contents', async () => {
    const bytes = await tarOf([
      { name: 'a/', type: 'directory' },
      { name: './a/b', content: 'hello' },
      { name: 'a/empty', content: '' },
      { name: 'a/link', type: 'symlink', linkTo: '../c' },
      { name: 'c', content: Buffer.alloc(1024, 'c') },
    ]);
    const entries = await entriesOf(bytes);
    expect(entries.map(({ path, type, linkTo, size }) => [path, type, linkTo, size])).toEqual([
      ['a', 'directory', undefined, 0],
      ['a/b', 'file', undefined, 5],
      ['a/empty', 'file', undefined, 0],
      ['a/link', 'symlink', '../c', 0],
      ['c', 'file', undefined, 1024],
    ]);
    const [, b] = entries;
    expect(bytes.subarray(b?.at, (b?.at ?? 0) + 5).toString()).toBe('hello');
    expect(await filesOf(cut(bytes, [[b?.start ?? 0, b?.end ?? 0]]))).toEqual(
      new Map([['./a/b', Buffer.from('hello')]]),
    );
  });

  it('may have names of any length, as tar-stream (pax) writes them', async () => {
    const name = `${'deep/'.repeat(60)}file`;
    const bytes = await tarOf([
      { name, content: 'x' },
      { name: 'next', content: 'y' },
    ]);
    const entries = await entriesOf(bytes);
    expect(entries.map(({ path }) => path)).toEqual([name, 'next']);
    const [long] = entries;
    expect([...(await filesOf(cut(bytes, [[long?.start ?? 0, long?.end ?? 0]]))).keys()]).toEqual([name]);
  });

  describe.each(['gnu', 'pax', 'ustar'])('as tar writes them in the format %s', (format) => {
    let folder: string;
    const long = `${'x'.repeat(90)}/${'y'.repeat(format === 'ustar' ? 90 : 200)}`;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'longshore-tar-'));
      mkdirSync(join(folder, 'in', long, '..'), { recursive: true });
      writeFileSync(join(folder, 'in', long), 'content');
      symlinkSync(format === 'ustar' ? 'short' : long, join(folder, 'in', 'link'));
      execFileSync('tar', [
        `--format=${format}`,
        '-C',
        join(folder, 'in'),
        '-cf',
        join(folder, 'out.tar'),
        '.',
      ]);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('are all found', async () => {
      const entries = await entriesOf(readFileSync(join(folder, 'out.tar')));
      expect(entries.find(({ path }) => path === long)).toMatchObject({ type: 'file', size: 7 });
      expect(entries.find(({ path }) => path === 'link')?.linkTo).toBe(format === 'ustar' ? 'short' : long);
    });
  });

  it('are refused where the archive broke off, wherever that is', async () => {
    const bytes = await tarOf([
      { name: 'a', content: 'x'.repeat(700) },
      { name: 'b', content: 'y' },
    ]);
    for (const length of [0, 100, 512, 600, 1000, 1211, 1536, 2000, 2048])
      await expect(entriesOf(bytes.subarray(0, length)), `${length}`).rejects.toThrow(InvalidTar);
    expect(await entriesOf(bytes)).toHaveLength(2);
  });

  it('are refused where what is said of them makes no sense', async () => {
    await expect(entriesOf(Buffer.alloc(2048, 'x'))).rejects.toThrow(InvalidTar);
    const huge = await tarOf([{ name: 'n'.repeat(200), content: 'x' }]);
    // The header before the long name says that this has a terabyte.
    huge.write('77777777777\0', 124);
    fixChecksum(huge);
    await expect(entriesOf(huge)).rejects.toThrow(/header of \d+ bytes/);
    const negative = await tarOf([{ name: 'a', content: 'x' }]);
    Buffer.alloc(12, 0xff).copy(negative, 124);
    fixChecksum(negative);
    await expect(entriesOf(negative)).rejects.toThrow(InvalidTar);
    const [header, end] = [(await tarOf([{ name: 'a' }])).subarray(0, 512), Buffer.alloc(1024)];
    const many = Buffer.concat([...Array.from({ length: 10_001 }, () => header), end]);
    await expect(entriesOf(many)).rejects.toThrow('too many entries');
  });
});

/** The sum of a header's bytes, its own field as spaces. */
function fixChecksum(tar: Buffer): void {
  tar.fill(' ', 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}

const manifestOf = (layers: string[]) => ({
  name: 'manifest.json',
  content: JSON.stringify([{ Config: 'c.json', RepoTags: ['a:1'], Layers: layers }]),
});
const config = { name: 'c.json', content: '{}' };

/** As Docker up to 24 writes them: a folder for each layer, in the order of their random names. */
const folders = () =>
  tarOf([
    { name: '3/', type: 'directory' },
    { name: '3/VERSION', content: '1.0' },
    { name: '3/layer.tar', content: 'third' },
    { name: '1/', type: 'directory' },
    { name: '1/layer.tar', content: 'first' },
    config,
    { name: '2/', type: 'directory' },
    { name: '2/layer.tar', type: 'symlink', linkTo: '../1/layer.tar' },
    manifestOf(['1/layer.tar', '2/layer.tar', '3/layer.tar']),
    { name: 'repositories', content: '{}' },
  ]);

describe('the archive of an image', () => {
  const namesOf = async (bytes: Buffer, omit: number) => {
    const ranges = rangesWithout(await archiveIn(bytes), omit);
    return ranges && [...(await filesOf(cut(bytes, ranges))).keys()];
  };

  it('goes without the layers that a host has', async () => {
    const bytes = await folders();
    expect(await namesOf(bytes, 0)).toEqual([
      ...['3/layer.tar', '1/layer.tar', 'c.json', '2/layer.tar', 'manifest.json'],
    ]);
    // The second layer is a link to the first, which has to come along.
    expect(await namesOf(bytes, 1)).toEqual([
      ...['3/layer.tar', '1/layer.tar', 'c.json', '2/layer.tar', 'manifest.json'],
    ]);
    expect(await namesOf(bytes, 2)).toEqual(['3/layer.tar', 'c.json', 'manifest.json']);
    expect(await namesOf(bytes, 3)).toEqual(['c.json', 'manifest.json']);
  });

  it('is sent as it is where the manifest tells of several images, of none, or of files that are not there', async () => {
    const [one] = JSON.parse(manifestOf(['1']).content) as object[];
    const several = await tarOf([
      config,
      { name: '1' },
      { name: 'manifest.json', content: JSON.stringify([one, one]) },
    ]);
    expect(await namesOf(several, 0)).toBeUndefined();
    const oci = await tarOf([
      { name: 'index.json', content: '{}' },
      { name: 'oci-layout', content: '{}' },
    ]);
    expect(await namesOf(oci, 0)).toBeUndefined();
    expect(await namesOf(await tarOf([config, manifestOf(['1/layer.tar'])]), 0)).toBeUndefined();
    expect(await namesOf(await tarOf([config, manifestOf(['1/layer.tar'])]), 1)).toEqual([
      'c.json',
      'manifest.json',
    ]);
  });

  it('whose links lead in a circle is read to an end', async () => {
    const bytes = await tarOf([
      config,
      { name: '1/layer.tar', type: 'symlink', linkTo: '../2/layer.tar' },
      { name: '2/layer.tar', type: 'symlink', linkTo: '../1/layer.tar' },
      manifestOf(['1/layer.tar']),
    ]);
    expect(await namesOf(bytes, 0)).toHaveLength(4);
  });

  it.each([
    ['nothing', []],
    ['no image', [{ name: 'readme', content: 'x' }]],
    ['a manifest that is none', [{ name: 'manifest.json', content: 'x' }]],
  ])('with %s is none', async (_, files) => {
    await expect(archiveIn(await tarOf(files))).rejects.toThrow(InvalidTar);
  });

  it('is as long as its parts', async () => {
    const bytes = await folders();
    const ranges = rangesWithout(await archiveIn(bytes), 3) ?? [];
    expect(bytesOf(ranges)).toBe(cut(bytes, ranges).length - tarEnd.length);
  });
});

describe('an archive that a host made up', () => {
  const manifest = (more: object) => JSON.stringify([{ Config: 'c.json', Layers: [], ...more }]);
  const index = (annotations: object) => JSON.stringify({ manifests: [{ annotations }] });

  it.each([
    ['manifest.json', manifest({ RepoTags: ['a:1', 'postgres:16'] })],
    ['manifest.json', `[${manifest({ RepoTags: ['a:1'] }).slice(1, -1)}, {"RepoTags": ["postgres:16"]}]`],
    ['manifest.json', manifest({ RepoTags: ['a:1'], repotags: ['postgres:16'] })],
    ['manifest.json', manifest({ RepoTags: ['a:1'], 'RepoTag\u017f': ['postgres:16'] })],
    ['index.json', index({ 'io.containerd.image.name': 'docker.io/library/postgres:16' })],
    ['index.json', index({ 'org.opencontainers.image.ref.name': 'postgres:16' })],
    ['index.json', '{"manifest\u017f": [{"annotations": {"io.containerd.image.name": "postgres:16"}}]}'],
    ['repositories', JSON.stringify({ a: { 1: 'x' }, postgres: { 16: 'x' } })],
  ])('gives no other name than the one that was asked for: %s, %s', async (name, content) => {
    const others = [config, manifestOf([])].filter((file) => file.name !== name);
    await expect(archiveIn(await tarOf([...others, { name, content }]))).rejects.toThrow(
      /would bring ".*postgres:16"/,
    );
  });

  it.each([
    ['web:2', 'docker.io/library/web:2'],
    ['docker.io/library/web:2', 'web:2'],
    ['index.docker.io/team/web:2', 'team/web:2'],
    ['registry:5000/web:2', 'registry:5000/web:2'],
    ['localhost/web:2', 'localhost/web:2'],
  ])('may say %s in full or in short: %s', async (reference, said) => {
    const bytes = await tarOf([
      config,
      { name: 'manifest.json', content: manifest({ RepoTags: [said] }) },
      { name: 'index.json', content: index({ 'io.containerd.image.name': said }) },
    ]);
    expect(await archiveIn(bytes, reference)).toHaveProperty('manifest.config', 'c.json');
  });

  it.each<[string, Parameters<typeof tarOf>[0]]>([
    ['two manifests', [manifestOf([]), manifestOf([])]],
    ['a manifest that is a link', [config, { name: 'manifest.json', type: 'symlink', linkTo: 'c.json' }]],
    ['a path around', [manifestOf([]), { name: 'x/../manifest.json', content: '[]' }]],
    ['a path out of it', [manifestOf([]), { name: '../manifest.json', content: '[]' }]],
    ['an absolute path', [manifestOf([]), { name: '/manifest.json', content: '[]' }]],
    [
      'a folder that is a link',
      [
        manifestOf([]),
        { name: 'x', type: 'symlink', linkTo: '.' },
        { name: 'x/manifest.json', content: '[]' },
      ],
    ],
    ['a path that has no end', [manifestOf([]), { name: `${'/'.repeat(60_000)}x`, content: '' }]],
  ])('shows the same files to everybody: %s', async (_, files) => {
    await expect(archiveIn(await tarOf(files))).rejects.toThrow(InvalidTar);
  });

  it.each<[string, () => Promise<Buffer>]>([
    [
      'a link with a content',
      async () => {
        const bytes = await tarOf([{ name: 'a', type: 'symlink', linkTo: 'b' }, { name: 'b' }]);
        bytes.write('00000001000\0', 124);
        return bytes;
      },
    ],
    ['a device', () => kindOf('3')],
    ['a long path of a kind that few know', () => kindOf('N')],
    ['a file with holes', () => kindOf('S')],
    ['a global header within an entry', () => headers(['x', pax('path', 'b')], ['g', ''])],
    ['two headers', () => headers(['x', pax('path', 'b')], ['x', pax('mtime', '1')])],
    ['two long paths', () => headers(['x', pax('path', 'b')], ['L', 'manifest.json\0'])],
    ['an empty path', () => headers(['x', pax('path', '')])],
    ['an empty size', () => headers(['x', pax('size', '')])],
    ['holes', () => headers(['x', pax('GNU.sparse.name', 'manifest.json')])],
  ])('has no entry that readers take for different ones: %s', async (_, made) => {
    const bytes = await made();
    fixChecksum(bytes);
    await expect(entriesOf(bytes)).rejects.toThrow(InvalidTar);
  });

  async function kindOf(flag: string): Promise<Buffer> {
    const bytes = await tarOf([{ name: 'a', content: 'x' }]);
    bytes.write(flag, 156);
    return bytes;
  }

  /** Headers of these kinds with these contents, before a file. */
  async function headers(...kinds: [flag: string, content: string][]): Promise<Buffer> {
    const made = kinds.map(async ([flag, content]) => {
      const bytes = (await tarOf([{ name: 'h', content }])).subarray(0, content === '' ? 512 : 1024);
      bytes.write(flag, 156);
      fixChecksum(bytes);
      return bytes;
    });
    return Buffer.concat([...(await Promise.all(made)), await tarOf([{ name: 'a', content: 'x' }])]);
  }

  function pax(name: string, value: string): string {
    const rest = ` ${name}=${value}\n`;
    return `${rest.length + (rest.length < 9 ? 1 : 2)}${rest}`;
  }
});
