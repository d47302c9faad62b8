/** An archive of root's files, the same bytes for the same content. `mode`: permissions, such as 0o644. */
export async function tarOf(
  files: readonly [name: string, content: Buffer, mode: number][],
): Promise<Buffer> {
  const { encode } = await import('tar-stream/headers.js');
  const entries = files.flatMap(([name, content, mode]) => [
    encode({ name, mode, uid: 0, gid: 0, size: content.length, mtime: new Date(0), type: 'file' }),
    content,
    Buffer.alloc(-content.length & 511),
  ]);
  return Buffer.concat([...entries, Buffer.alloc(1024)]);
}
