import { describe, expect, it, vi } from 'vitest';
import { HostError } from '../../../../src/lib/hosts/host-error.js';
import { cluster, definition, hostOf, idOf, type Kit } from '../kit.js';
import { collect, containerOf, following, said, started, write } from './kit.js';

const spread = { placementStrategy: [{ type: 'spread' as const, field: 'host' }] };

/** Logs of this container are refused, as with a log driver that keeps none. */
function unreadable(made: Kit, task: string, name: string): void {
  const { host, id } = containerOf(made, task, name);
  const logs = host.logs.bind(host);
  host.logs = (container, options) => {
    if (container === id) host.failNext('logs', 'configured logging driver does not support reading', 501);
    return logs(container, options);
  };
}

async function pair(): Promise<{ made: Kit; task: string }> {
  const made = await cluster(['web1', 'web2']);
  const { containerDefinitions } = definition();
  const side = { ...containerDefinitions[0], name: 'side', essential: false };
  await made.engine.call('RegisterTaskDefinition', {
    family: 'pair',
    containerDefinitions: [...containerDefinitions, side],
  });
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'pair', ...spread });
  return { made, task: idOf(tasks[0]?.taskArn) };
}

describe('a log that can not be read', () => {
  it('is warned of, and the others go on', async () => {
    const { made, task } = await pair();
    write(made, task, 'app');
    unreadable(made, task, 'side');
    expect(await collect(made.engine.logs({ tasks: [task] }))).toEqual(['app']);
    expect(said(made)).toEqual([
      `${containerOf(made, task).host.name}: the log of the container side of task ${task.slice(0, 8)} can't be read: configured logging driver does not support reading`,
    ]);
  });

  it('ends nothing that is followed', async () => {
    const { made, task } = await pair();
    unreadable(made, task, 'side');
    const { texts, ended } = following(made, { tasks: [task] });
    await vi.waitFor(() => expect(said(made)).toHaveLength(1));
    write(made, task, 'later');
    await vi.waitFor(() => expect(texts).toEqual(['later']));
    const { host, id } = containerOf(made, task);
    host.exit(id, 0);
    await ended;
    expect(said(made)).toHaveLength(1);
  });

  it('is refused where it is the only one', async () => {
    const { made, task } = await pair();
    unreadable(made, task, 'side');
    await expect(collect(made.engine.logs({ tasks: [task], container: 'side' }))).rejects.toMatchObject({
      kind: 'engine',
      message: expect.stringContaining('of the container side'),
      remedy: expect.stringContaining('log driver'),
    });
  });
});

describe('an engine that ends a log before its last lines', () => {
  it('is asked for them', async () => {
    const made = await cluster(['web1']);
    const task = await started(made);
    const { host, id } = containerOf(made, task);
    const logs = host.logs.bind(host);
    host.logs = async function* (container, options) {
      for await (const line of logs(container, options))
        if (!options.follow || line.text !== 'last') yield line;
    };
    write(made, task, 'first');
    const { texts, ended } = following(made, { tasks: [task] });
    await vi.waitFor(() => expect(texts).toEqual(['first']));
    write(made, task, 'second');
    write(made, task, 'last');
    host.exit(id, 0);
    await ended;
    expect(texts).toEqual(['first', 'second', 'last']);
    expect(said(made)).toEqual([]);
  });
});

describe('a host that is down', () => {
  it('is told of, with the lines that were kept; the others go on', async () => {
    const made = await cluster(['web1', 'web2']);
    const [one, two] = [await started(made, 'web', spread), await started(made, 'web', spread)];
    write(made, one, 'kept');
    write(made, two, 'there');
    await made.engine.call('StopTask', { task: one });
    const { host } = containerOf(made, one);
    host.vanish();
    expect((await collect(made.engine.logs({ tasks: [one, two] }))).sort()).toEqual(['kept', 'there']);
    expect(said(made).some((text) => text.startsWith(`${host.name}: the connection dropped`))).toBe(true);
    expect(said(made).at(-1)).toMatch(/can't be read on web\d: these are the last that were kept \(1\)/);
  });

  it('is the failure where there is no other', async () => {
    const made = await cluster(['web1']);
    const task = await started(made);
    hostOf(made, 'web1').vanish();
    await expect(collect(made.engine.logs({ tasks: [task] }))).rejects.toBeInstanceOf(HostError);
  });

  it('while it is followed is waited for, and nothing is lost or repeated', async () => {
    const made = await cluster(['web1', 'web2']);
    const [one, two] = [await started(made, 'web', spread), await started(made, 'web', spread)];
    for (const text of ['a', 'b', 'b']) write(made, one, text);
    const { texts, ended, stop } = following(made, { family: 'web', tail: 2 });
    await vi.waitFor(() => expect(texts).toEqual(['b', 'b']));
    const { host, id } = containerOf(made, one);
    host.vanish();
    await vi.waitFor(() => expect(said(made)).toContain(`${lost(host.name)}; trying again`));
    host.writeLog(id, 'c');
    write(made, two, 'other host');
    await vi.waitFor(() => expect(texts).toEqual(['b', 'b', 'other host']));
    host.comeBack();
    await vi.waitFor(() => expect(texts).toEqual(['b', 'b', 'other host', 'c']), { timeout: 5000 });
    expect(said(made)).toContain(`${host.name} answers again: its logs go on`);
    stop();
    await ended;
  });
});

const lost = (host: string) => `${host}: the connection dropped and could not be made again`;

it('what goes wrong with watching for new tasks ends the following, and not the process', async () => {
  const made = await cluster(['web1']);
  await started(made);
  const fault = new Error('the state is gone');
  hostOf(made, 'web1').events = () => {
    throw fault;
  };
  await expect(following(made, { family: 'web' }).ended).rejects.toBe(fault);
});
