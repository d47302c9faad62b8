import { createContext, Script } from 'node:vm';

/** Ms that one value may be tried for. */
const longest = 100;
/** Ms that all values of all patterns of a query may be tried for together, of those that take longer than `notable`. */
const longestInAll = 300;
const notable = 1;
const mostKept = 10_000;

/** What the patterns of one query have taken. */
export interface Spent {
  milliseconds: number;
}

/**
 * The test of a pattern that anybody may have written: it may have come with a definition, and what it is tried on may
 * come from a host. Some patterns, such as `(a+)+`, take longer than anybody lives; the answer is then an Error.
 */
export function boundedTest(source: string, pattern: RegExp, spent: Spent): (text: string) => boolean {
  if (isQuick(source)) return (text) => pattern.test(text);
  const known = new Map<string, boolean>();
  const context = createContext({ pattern, text: '' });
  const script = new Script('pattern.test(text)');
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    // A server has other callers, who wait while the values of a thousand hosts are tried for nearly as long as each may.
    if (spent.milliseconds > longestInAll) throw tooLong();
    const begun = process.cpuUsage();
    context['text'] = text;
    const answer = bounded(() => script.runInContext(context, { timeout: longest }) as boolean);
    const took = millisecondsSince(begun);
    if (took > notable) spent.milliseconds += took;
    if (known.size < mostKept) known.set(text, answer);
    return answer;
  };
}

/**
 * One repetition of a single sign has few ways to fit; a clock for each try would cost more. Alternatives multiply with each
 * group as repetitions do, and only what has groups can refer back to one.
 */
function isQuick(source: string): boolean {
  const repetitions = source.match(/[*+?{]/g)?.length ?? 0;
  return repetitions <= 1 && !/[|()]/.test(source);
}

/** Times that a value is tried where the machine was busy with other things meanwhile. */
const attempts = 5;

function bounded<T>(work: () => T): T {
  for (let attempt = 1; ; attempt++) {
    const begun = process.cpuUsage();
    try {
      return work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      if (attempt === attempts || millisecondsSince(begun) > longest / 2) throw tooLong(error);
    }
  }
}

/** Of this process, not of the clock. */
function millisecondsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

const tooLong = (cause?: unknown) =>
  new Error('the pattern takes too long; write it without repetitions of repetitions', { cause });
