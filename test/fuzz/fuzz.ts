import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { signature } from '../../src/lib/api/signature.js';
import { hostile, type Hostile } from './hostile.js';
import { Random } from './random.js';
import { ServerTurns } from './server-turns.js';
import { openTarget, type Target } from './target.js';

export interface FuzzReport {
  /** What was sent, by kind. */
  sent: Record<string, number>;
  /** Answers by status and code. */
  answers: Record<string, number>;
  /** What must not be: the first hundred. */
  faults: string[];
  /** Bytes of the heap that are used after it, more than before. */
  growth: number;
}

/** Connections at once. */
const AT_ONCE = 48;
/** Turns of the server in which nothing comes over a connection that counts as silent. */
const MOST_SILENCES = 2;
const MOST_FAULTS = 100;

/** Sends so many hostile requests to a server of its own, and tells of all that they have done to it. */
export async function fuzz(
  count: number,
  seed: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<FuzzReport> {
  const target = await openTarget({ limits: { requestTime: 3, body: 1024 * 1024, connections: 4096 } });
  const report: FuzzReport = { sent: {}, answers: {}, faults: [], growth: 0 };
  const fault = (what: string) => void (report.faults.length < MOST_FAULTS && report.faults.push(what));
  const crash = (error: unknown) => fault(`crash: ${error instanceof Error ? error.stack : String(error)}`);
  process.on('unhandledRejection', crash);
  process.on('uncaughtException', crash);
  const random = new Random(seed);
  const turns = new ServerTurns(target);
  const before = await stateOf(target);
  const heap = usedHeap();
  let left = count;
  const work = async () => {
    while (left > 0) {
      const number = count - left--;
      const one = hostile(random, target);
      report.sent[one.kind] = (report.sent[one.kind] ?? 0) + 1;
      judge(
        await answersTo(one, target, turns),
        (what) => fault(`${number} ${one.kind}: ${what}`),
        report.answers,
      );
      if (number % 5000 === 4999) onProgress(number + 1);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await goneQuiet();
    if ((await stateOf(target)) !== before) fault('the state has changed');
    for (const line of target.log) if (line.includes('"level":"error"')) fault(`log: ${line}`);
    for (const what of await stillAnswers(target)) fault(what);
    if (({} as Record<string, unknown>)['polluted'] !== undefined) fault('prototypes are polluted');
    report.growth = usedHeap() - heap;
  } finally {
    await turns.end();
    await target.stop();
    process.off('unhandledRejection', crash);
    process.off('uncaughtException', crash);
  }
  return report;
}

const goneQuiet = () => sleep(500);

function usedHeap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function stateOf({ made }: Target): Promise<string> {
  return JSON.stringify(await made.engine.call('ExportState', {}));
}

/** All that came over the connection. */
function answersTo(
  { door, parts, pause, leaves }: Hostile,
  target: Target,
  turns: ServerTurns,
): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port: target[door], host: '127.0.0.1' });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    const send = async () => {
      for (const part of parts) {
        const came = () => Buffer.concat(chunks).toString('latin1');
        while (typeof part === 'function' && !socket.destroyed && !came().includes('\r\n\r\n'))
          await sleep(2);
        if (socket.destroyed) return;
        socket.write(typeof part === 'function' ? part(came()) : part);
        if (pause !== undefined) await sleep(pause);
      }
    };
    const listen = async () => {
      if (leaves === 'at once') return void (await sleep(5));
      if (leaves === 'soon') return turns.next();
      for (let silences = 0; silences < MOST_SILENCES && !socket.destroyed;) {
        const heard = chunks.length;
        await turns.next();
        silences = chunks.length > heard ? 0 : silences + 1;
      }
    };
    socket.on('connect', () => {
      void send()
        .then(listen)
        .finally(() => socket.destroy());
    });
  });
}

/** Where our code, or anybody's, is. */
const TRACE = /\n?\s+at \S+ ?\(|node_modules|node:internal|\.[cm]?[jt]s:\d+|src\/lib/;

/** Every answer is a refusal, well-formed, and tells nothing of the inside. */
function judge(all: Buffer, fault: (what: string) => void, answers: Record<string, number>): void {
  const text = all.toString('latin1');
  if (TRACE.test(text)) fault(`a trace: ${text.slice(0, 2000)}`);
  let rest = text;
  while (rest !== '') {
    const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(rest);
    if (head === null) return fault(`no answer of HTTP: ${rest.slice(0, 200)}`);
    const [whole, status = '', headers = ''] = head;
    const length = Number(/^content-length: *(\d+)/im.exec(headers)?.[1] ?? 0);
    const body = rest.slice(whole.length, whole.length + length);
    rest = rest.slice(whole.length + length);
    // Node.js's own answer to an expectation that it doesn't know.
    if (status === '417') rest = rest.replace(/^0\r\n\r\n/, '');
    const isApi = /^content-type: application\/x-amz-json/im.test(headers);
    const code = isApi && body !== '' ? codeOf(body) : '';
    const name = `${status} ${code ?? 'no JSON'}`.trim();
    answers[name] = (answers[name] ?? 0) + 1;
    // A session: frames follow.
    if (status === '101') return;
    if (status === '100') continue;
    if (code === undefined) fault(`no JSON: ${body.slice(0, 200)}`);
    if (status === '500' || status.startsWith('2')) fault(`${status}: ${body.slice(0, 500)}`);
  }
}

function codeOf(body: string): string | undefined {
  try {
    const { __type: code, message } = JSON.parse(body) as Record<string, unknown>;
    return typeof code === 'string' && /^[A-Za-z]+$/.test(code) && typeof message === 'string'
      ? code
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whoever asks as one should is answered. */
async function stillAnswers({ signed, unsigned, keys }: Target): Promise<string[]> {
  const faults: string[] = [];
  for (const [port, credentials] of [
    [signed, keys.read],
    [unsigned, undefined],
  ] as const) {
    const url = new URL(`http://127.0.0.1:${port}/`);
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters',
    };
    const more = credentials && signature({ url, headers, body: '{}' }, credentials, 'local', Date.now());
    const answer = await fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: '{}' });
    const text = await answer.text();
    if (answer.status !== 200 || !text.includes('clusterArns'))
      faults.push(`ListClusters afterwards: ${text}`);
    const health = await fetch(new URL('/healthz', url));
    if (!(await health.text()).includes('ok')) faults.push('not healthy afterwards');
    const metrics = await fetch(new URL('/metrics', url), { headers: {} });
    const labels = new Set(
      [...(await metrics.text()).matchAll(/operation="([^"]*)"/g)].map(([, name]) => name),
    );
    if (labels.size > 120) faults.push(`${labels.size} operations in the metrics`);
  }
  return faults;
}
