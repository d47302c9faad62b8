/** Where a longshore server is. */
export type Endpoint =
  | { scheme: 'http'; url: URL }
  | { scheme: 'unix'; path: string }
  /** `place`: `[user@]host[:port]`. Without `path` the server's socket is looked for. */
  | { scheme: 'ssh'; place: string; path: string | undefined };

/** `http://…`, `https://…`, `unix:///path` or `ssh://[user@]host[:port][/path]`; undefined where the text is none. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const unix = /^unix:\/\/(\/.+)$/i.exec(text);
  if (unix?.[1] !== undefined) return { scheme: 'unix', path: unix[1] };
  const ssh = /^ssh:\/\/([^/]+)(\/.*)?$/i.exec(text);
  if (ssh?.[1] !== undefined) {
    const path = ssh[2] === undefined || ssh[2] === '/' ? undefined : ssh[2];
    return { scheme: 'ssh', place: ssh[1], path };
  }
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) ? { scheme: 'http', url } : undefined;
}
