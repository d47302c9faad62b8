import { describe, expect, it } from 'vitest';
import { nameOfImage } from '../../../../src/lib/engine/push-image/image-name.js';
import {
  foreignArchitecture,
  imageStoreOf,
  planPush,
  type ImageStore,
} from '../../../../src/lib/engine/push-image/plan.js';
import type { ImageDetails } from '../../../../src/lib/hosts/docker-host.js';
import { imageOf } from '../../../fakes/fake-container.js';
import { engineInfo } from '../../../fakes/fake-docker-host.js';

const image = imageOf('app:2', { layers: ['a', 'b', 'c'] });
const other = (layers: string[], more: Partial<ImageDetails> = {}) =>
  imageOf(`other:${layers.join('')}`, { layers, ...more });
const plan = (
  named: ImageDetails | undefined,
  images: ImageDetails[],
  stores: [from: ImageStore, to: ImageStore] = ['classic', 'classic'],
) => planPush({ image, store: stores[0] }, { store: stores[1], named, images });

describe('what a host needs of an image', () => {
  it('is told by nothing that its source says of itself, where ids mean the same', () => {
    const forged = { ...image, id: 'sha256:forged' };
    expect(plan(forged, [])).toMatchObject({ kind: 'send' });
    expect(plan(forged, [], ['containerd', 'containerd'])).toMatchObject({ kind: 'send' });
    // Of two kinds of store, no image has the same id.
    expect(plan({ ...image, layers: ['x'] }, [], ['containerd', 'classic'])).toMatchObject({ kind: 'send' });
  });

  it('is nothing where it has it', () => {
    expect(plan(image, [image])).toEqual({ kind: 'present' });
    expect(plan(image, [], ['containerd', 'containerd'])).toEqual({ kind: 'present' });
  });

  it('is a name where it has it under another', () => {
    expect(plan(undefined, [other(['a']), image])).toEqual({ kind: 'tag', id: image.id });
    expect(plan(other(['z']), [other(['z']), image])).toEqual({ kind: 'tag', id: image.id });
  });

  it.each([
    ['all layers where it has none', [], 0],
    ['all layers where it has others', [['z'], ['b', 'a'], ['c']], 0],
    ['those above the lowest that it has', [['a'], ['a', 'b', 'x'], ['a', 'z']], 2],
    ['no layer where it has all', [['a', 'b', 'c', 'd']], 3],
  ])('is %s', (_, held, omit) => {
    expect(
      plan(
        undefined,
        held.map((layers) => other(layers)),
      ),
    ).toEqual({ kind: 'send', store: 'classic', omit });
  });

  it('is the whole for a store on containerd', () => {
    expect(plan(undefined, [other(['a', 'b'])], ['classic', 'containerd'])).toEqual({
      kind: 'send',
      store: 'containerd',
      omit: 0,
    });
  });

  it('is found out by what containers get of it where ids mean different things', () => {
    const same = { ...image, id: 'sha256:manifest' };
    expect(plan(same, [], ['classic', 'containerd'])).toEqual({ kind: 'present' });
    expect(plan(same, [])).toMatchObject({ kind: 'send' });
    for (const more of [
      { configHash: 'x' },
      { layers: ['a', 'b'] },
      { layers: [] },
      { architecture: 'arm64' },
    ])
      expect(plan({ ...same, ...more }, [], ['classic', 'containerd'])).toMatchObject({ kind: 'send' });
  });
});

it('tells stores apart by what the engine says of its storage', () => {
  const store = (driverStatus: Record<string, string>) => imageStoreOf({ ...engineInfo, driverStatus });
  expect(store({ 'Backing Filesystem': 'extfs' })).toBe('classic');
  expect(store({ 'driver-type': 'io.containerd.snapshotter.v1' })).toBe('containerd');
});

it.each([
  ['amd64', 'x86_64', undefined],
  ['arm64', 'aarch64', undefined],
  ['arm64', 'x86_64', 'arm64'],
  ['amd64', 'aarch64', 'x86_64'],
  ['386', 'x86_64', undefined],
  ['arm', 'aarch64', undefined],
  ['', 'x86_64', undefined],
])('an image for %s on %s: %s', (architecture, host, foreign) => {
  expect(foreignArchitecture({ ...image, architecture }, { ...engineInfo, architecture: host })).toBe(
    foreign,
  );
});

describe('names of images', () => {
  it.each([
    ['app', 'app:latest'],
    ['app:2', 'app:2'],
    ['registry:5000/team/app', 'registry:5000/team/app:latest'],
    ['ghcr.io/team/app:v1.2-rc_3', 'ghcr.io/team/app:v1.2-rc_3'],
  ])('%s is %s', (text, name) => expect(nameOfImage(text)).toBe(name));

  it.each(['', '-x', 'app:', 'a b', 'app@sha256:abc', 'sha256:abc', '../x', 'x'.repeat(500), 'app:1\n'])(
    '%j is none',
    (text) => expect(() => nameOfImage(text)).toThrow(/is no name/),
  );
});
