import type { LogsRequest, TaskLogLine } from '../../../../src/lib/engine/engine.js';
import type { FakeDockerHost } from '../../../fakes/fake-docker-host.js';
import { definition, hostOf, idOf, type Kit } from '../kit.js';

/** Starts a task and gives its id. */
export async function started(
  made: Kit,
  family = 'web',
  more: Record<string, unknown> = {},
): Promise<string> {
  const { taskDefinitionArns = [] } = await made.engine.call('ListTaskDefinitions', { familyPrefix: family });
  if (taskDefinitionArns.length === 0) await made.engine.call('RegisterTaskDefinition', definition(family));
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: family, ...more });
  return idOf(tasks[0]?.taskArn);
}

/** The hosts' container of a task, by its name in the definition. */
export function containerOf(made: Kit, task: string, name = 'app'): { host: FakeDockerHost; id: string } {
  for (const host of made.hosts.hosts.values()) {
    for (const { id, options } of host.containers.values()) {
      const labels = options.Labels ?? {};
      if (labels['longshore.task-id'] === task && labels['longshore.container'] === name)
        return { host: hostOf(made, host.name), id };
    }
  }
  throw new Error(`no container ${name} of ${task}`);
}

export function write(made: Kit, task: string, text: string, stream?: 'stdout' | 'stderr'): void {
  const { host, id } = containerOf(made, task);
  host.writeLog(id, text, stream);
}

export async function collect(lines: AsyncIterable<TaskLogLine>): Promise<string[]> {
  const all: string[] = [];
  for await (const { text } of lines) all.push(text);
  return all;
}

/** Lines as they come, until it is stopped. */
export function following(made: Kit, request: LogsRequest) {
  const stop = new AbortController();
  const texts: string[] = [];
  const read = async () => {
    for await (const { text } of made.engine.logs({ ...request, follow: true, signal: stop.signal }))
      texts.push(text);
  };
  return { texts, ended: read(), stop: () => stop.abort() };
}

/** What was warned of or noted. */
export const said = (made: Kit): string[] =>
  made.events.flatMap((event) =>
    event.type === 'warning' || event.type === 'note'
      ? [event.message]
      : event.type === 'host-failed'
        ? [event.error.message]
        : [],
  );
