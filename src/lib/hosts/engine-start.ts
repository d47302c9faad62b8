import { posix } from 'node:path';
import type Dockerode from 'dockerode';
import { objectOf, textOf } from './answer-fields.js';
import type { EngineStart } from './docker-host.js';
import { parseTime } from './docker-shapes.js';
import type { Engine } from './engine.js';
import { unless404 } from './unless-status.js';

/** When an engine was last started, by the file of its process and by the network that it makes anew. Throws HostError. */
export async function engineStart(engine: Engine): Promise<EngineStart> {
  const pidFile = posix.join(posix.dirname(engine.transport.socketPath), 'docker.pid');
  const [begun, ready] = await Promise.all([
    engine.look((transport) => transport.modifiedAt(pidFile)),
    unless404(bridgeMadeAt(engine)),
  ]);
  return { begun, ready };
}

async function bridgeMadeAt(engine: Engine): Promise<number | undefined> {
  const inspect = (docker: Dockerode, abortSignal: AbortSignal) =>
    (docker.getNetwork('bridge') as unknown as Inspects).inspect({ abortSignal });
  const answer = await engine.ask(inspect, { again: true });
  return engine.understand(() => parseTime(textOf(objectOf(answer, 'the network'), 'Created')));
}

/** The package's types leave the options out. */
interface Inspects {
  inspect(options: object): Promise<unknown>;
}
