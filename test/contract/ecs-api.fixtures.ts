import * as sdk from '@aws-sdk/client-ecs';
import { EcsError } from '../../src/lib/api/errors.js';
import type { AccessScope } from '../../src/lib/api/access.js';
import { AccessKeys } from '../../src/lib/engine/access-keys.js';
import type { Engine } from '../../src/lib/engine/engine.js';
import { serveEngine, type ServedEngine } from '../../src/lib/engine/serving/served-engine.js';
import type { ServeOptions } from '../../src/lib/server/serve.js';
import { operationOf } from '../../src/lib/server/wire.js';
import { FakeHosts } from '../fakes/fake-hosts.js';
import { fakeHost, kit, type Kit } from '../unit/engine/kit.js';
import { served } from '../servers/server/kit.js';

/** ECS, and hosts that it can be told of. */
export interface EcsFixture {
  /** ECS as a client of one region sees it. */
  client(region?: string): sdk.ECSClient;
  made: Kit;
  remove(): Promise<void>;
}

/** What the clients of a fixture have called. */
export type Called = Set<string>;

/** Four hosts that no cluster has yet; what a service's tasks need to count as healthy doesn't take its 40 s. */
function freshKit(): Kit {
  return kit({
    hosts: new FakeHosts(['web1', 'web2', 'web3', 'web4'].map((name) => fakeHost(name))),
    settings: { healthyAfter: 0 },
  });
}

/**
 * ECS without HTTP: the SDK's client, whose commands go to an engine. `waits`: as a command of the CLI has it, which
 * waits for the end of what it begins.
 */
export async function openLocalEcs(called: Called, { waits }: { waits: boolean }): Promise<EcsFixture> {
  const made = freshKit();
  const engine = serveEngine(made.ctx, async () => undefined);
  const kept = engine.keep();
  return {
    made,
    client: (region = 'local') => clientOf(engine, { region, waits }, called),
    async remove() {
      await engine.close(0);
      await kept;
    },
  };
}

function clientOf(
  served: ServedEngine,
  { region, waits }: { region: string; waits: boolean },
  called: Called,
): sdk.ECSClient {
  const engine = served.as({ region, waits, onEvent: () => undefined });
  const client = new sdk.ECSClient({ region, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
  client.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => {
        const name = String(commandName).replace(/Command$/, '');
        called.add(name);
        return { response: {}, output: { ...(await callOf(engine, name, input)), $metadata: {} } } as never;
      },
    { step: 'initialize', priority: 'high' },
  );
  return client;
}

/** As ECS would have it from a client: members that are undefined aren't there. */
async function callOf(engine: Engine, name: string, input: object): Promise<object> {
  try {
    const operation = operationOf(`AmazonEC2ContainerServiceV20141113.${name}`);
    return await engine.call(operation, JSON.parse(JSON.stringify(input)) as never);
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    const { [error.code]: exception } = sdk as unknown as Record<string, new (told: object) => Error>;
    if (exception === undefined) throw error;
    throw new exception({ message: error.message, $metadata: {} });
  }
}

export interface HttpFixture extends EcsFixture {
  /** `http://127.0.0.1:PORT` */
  endpoint: string;
  /** A client with a key of its own. */
  clientOfScope(scope: AccessScope): Promise<sdk.ECSClient>;
  /** Lines of the server's log. */
  log: string[];
}

/** A server on loopback, whose requests are signed. */
export async function openHttpEcs(called: Called, options: Partial<ServeOptions> = {}): Promise<HttpFixture> {
  const made = freshKit();
  const log: string[] = [];
  const keyOf = async (scope: AccessScope) =>
    (await made.engine.call('CreateAccessKey', { scope })).accessKey;
  const admin = await keyOf('admin');
  const server = await served(
    serveEngine(made.ctx, async () => undefined),
    {
      unsigned: false,
      logTo: { write: (line: string) => void log.push(line) },
      version: '0.0.0',
      keep: true,
      ...options,
    },
    new AccessKeys(made.ctx),
  );
  const [endpoint = ''] = server.places;
  const open: sdk.ECSClient[] = [];
  const clientOf = (region: string, { accessKeyId, secretAccessKey }: typeof admin) => {
    const client = new sdk.ECSClient({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    });
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (given) => {
          called.add(String(commandName).replace(/Command$/, ''));
          return next(given);
        },
      { step: 'initialize' },
    );
    open.push(client);
    return client;
  };
  return {
    made,
    endpoint,
    log,
    client: (region = 'local') => clientOf(region, admin),
    clientOfScope: async (scope) => clientOf('local', await keyOf(scope)),
    async remove() {
      for (const client of open) client.destroy();
      await server.end();
    },
  };
}
