/**
 * The names that an engine gives to the images of an archive. Which file it goes by depends on the engine: manifest.json
 * where there is one, else `repositories`; a store on containerd goes by index.json. So all three are read, and as
 * engines do (Go's encoding/json): names of members in any case.
 */
export interface NamingFiles {
  'manifest.json'?: unknown;
  'index.json'?: unknown;
  repositories?: unknown;
}

export const namingFiles = ['manifest.json', 'index.json', 'repositories'] as const;

/** Pure. Every name that some engine would give, as it stands there. */
export function namesIn(files: NamingFiles): string[] {
  return [
    ...listOf(files['manifest.json']).flatMap((image) => members(image, 'RepoTags').flatMap(textsOf)),
    ...members(files['index.json'], 'manifests').flatMap(listOf).flatMap(nameOfManifest),
    ...entriesOf(files.repositories).flatMap(([name, tags]) =>
      entriesOf(tags).map(([tag]) => `${name}:${tag}`),
    ),
  ];
}

/** Of containerd's annotation, else of the one that OCI has for it. */
function nameOfManifest(manifest: unknown): string[] {
  return members(manifest, 'annotations').flatMap((annotations) => {
    const of = (key: string) => new Map(entriesOf(annotations)).get(key);
    return textsOf([of('io.containerd.image.name') || of('org.opencontainers.image.ref.name')]);
  });
}

const members = (object: unknown, name: string): unknown[] =>
  entriesOf(object).flatMap(([key, value]) => (folded(key) === folded(name) ? [value] : []));

/** Two letters of Unicode are S and K to Go. */
const folded = (text: string): string => text.toUpperCase().toLowerCase();

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textsOf = (value: unknown): string[] =>
  listOf(value).filter((text): text is string => typeof text === 'string' && text !== '');
