import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { tellEngine } from './engine-api.js';
import { run } from './run.js';

/** What `docker import --change` understands, by image name. */
const knownImages: Record<string, string[]> = {
  'busybox:latest': ['CMD ["sh"]'],
  'noeding/ecs-test:latest': ['CMD ["/usr/local/bin/ecs-test"]'],
};

/** Images that every host has. */
export const standardImages = ['busybox:latest', 'noeding/ecs-test:latest'];

/** A program that prints its MODE every second until it is told to stop: the seeds' producer and consumer. */
const ecsTest = `#!/bin/sh
trap 'echo "stopping"; exit 0' TERM INT
n=0
while :; do
  n=$((n + 1))
  echo "\${MODE:-no mode}: message $n"
  sleep 1 &
  wait $!
done
`;

/**
 * Make the file system of our images (once per checkout): busybox-static with a link for each of its programs.
 * @returns the path of the tar file
 */
export async function makeRootTar(cacheDir: string): Promise<string> {
  const tar = join(cacheDir, 'busybox.tar');
  if (existsSync(tar)) return tar;

  mkdirSync(cacheDir, { recursive: true });
  const dir = mkdtempSync(join(cacheDir, 'image-'));
  try {
    for (const folder of ['bin', 'etc', 'root', 'tmp', 'usr/local/bin', 'var/www', 'www']) {
      mkdirSync(join(dir, folder), { recursive: true });
    }

    copyFileSync(await staticBusybox(), join(dir, 'bin/busybox'));
    const { stdout } = await run([join(dir, 'bin/busybox'), '--list']);
    for (const applet of stdout.split('\n').filter((name) => name && name !== 'busybox')) {
      symlinkSync('busybox', join(dir, 'bin', applet));
    }

    writeFileSync(
      join(dir, 'etc/passwd'),
      'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n',
    );
    writeFileSync(join(dir, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
    writeFileSync(join(dir, 'usr/local/bin/ecs-test'), ecsTest, { mode: 0o755 });
    await run(['tar', '--owner=0', '--group=0', '-C', dir, '-cf', `${dir}.tar`, '.']);
    renameSync(`${dir}.tar`, tar);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }

  return tar;
}

/**
 * Give an engine images that came from no registry.
 * @param names `repository:tag`; unknown names get the busybox file system with `sh` as command
 */
export async function importImages(socketPath: string, tar: string, names: string[]): Promise<void> {
  const body = readFileSync(tar);
  for (const name of names) {
    const [repo = '', tag = 'latest'] = splitTag(name);
    const query = new URLSearchParams({ fromSrc: '-', repo, tag });
    for (const change of knownImages[`${repo}:${tag}`] ?? ['CMD ["sh"]']) query.append('changes', change);
    const answer = await importOne(socketPath, `/images/create?${query}`, body);
    if (answer.error) throw new Error(`Image ${name} could not be imported: ${answer.error}`);
  }
}

/**
 * An engine stops reading at the end that a tar declares; where it closes the connection before the padding behind it
 * is written, its answer is lost. To import again does no harm.
 */
async function importOne(socketPath: string, path: string, body: Buffer): Promise<{ error?: string }> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tellEngine(socketPath, 'POST', path, { body, type: 'application/x-tar' });
    } catch (error) {
      const { code } = error as { code?: string };
      if (attempt === 5 || (code !== 'EPIPE' && code !== 'ECONNRESET')) throw error;
    }
  }
}

function splitTag(name: string): [string, string?] {
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? [name.slice(0, colon), name.slice(colon + 1)] : [name];
}

async function staticBusybox(): Promise<string> {
  for (const path of ['/bin/busybox', '/usr/bin/busybox']) {
    // `ldd` fails for a program that needs no libraries.
    if (existsSync(path) && (await run(['ldd', path], { mayFail: true })).code !== 0) return path;
  }

  throw new Error(
    'A statically linked busybox is needed for the test images: apt-get install busybox-static',
  );
}
