/** What of sshd_config(5) decides how Longshore gets along with a host. */
export interface SshdConfig {
  /** Sessions (programs) at once on one connection. */
  maxSessions: number;
  /** Connections that are not logged in yet, from which on some are dropped. */
  maxStartups: number;
  /** Attempts of one connection to log in. */
  maxAuthTries: number;
  forwardsSockets: boolean;
}

/** OpenSSH's own: sshd_config(5). */
const defaults: SshdConfig = { maxSessions: 10, maxStartups: 10, maxAuthTries: 6, forwardsSockets: true };

/**
 * Reads sshd's configuration: what `sshd -G` prints, or the file with the files that it includes. Of several lines the
 * first holds; what stands after `Match` is for some users only, and left out. undefined for an empty text.
 */
export function parseSshdConfig(main: string, included: string): SshdConfig | undefined {
  if (main.trim() === '') return undefined;
  const said = new Map<string, string>();
  for (const [keyword, value] of lines(main)) {
    if (keyword === 'include') for (const [name, inner] of lines(included)) setFirst(said, name, inner);
    else setFirst(said, keyword, value);
  }
  const number = (keyword: string, otherwise: number) => {
    const value = Number.parseInt(said.get(keyword) ?? '', 10);
    return Number.isNaN(value) ? otherwise : value;
  };
  return {
    maxSessions: number('maxsessions', defaults.maxSessions),
    maxStartups: number('maxstartups', defaults.maxStartups),
    maxAuthTries: number('maxauthtries', defaults.maxAuthTries),
    forwardsSockets:
      said.get('disableforwarding') !== 'yes' &&
      ['yes', 'all', 'local'].includes(said.get('allowstreamlocalforwarding') ?? 'yes'),
  };
}

/** `Keyword value` or `Keyword=value`, in any case, up to the first Match. */
function lines(text: string): [keyword: string, value: string][] {
  const found: [string, string][] = [];
  for (const line of text.split('\n')) {
    // A host may show any text as its configuration: a pattern that looks for blanks at the end could take hours.
    const match = /^([a-z]+)(?:\s*=\s*|\s+)([^]*)$/i.exec(line.trim());
    const keyword = match?.[1]?.toLowerCase();
    if (keyword === 'match') break;
    if (keyword !== undefined) found.push([keyword, (match?.[2] ?? '').toLowerCase().replaceAll('"', '')]);
  }
  return found;
}

function setFirst(said: Map<string, string>, keyword: string, value: string): void {
  if (!said.has(keyword)) said.set(keyword, value);
}
