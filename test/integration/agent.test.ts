import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lastLines } from '../../src/lib/agent/logs.js';
import { observeContainer, observeHost } from '../../src/lib/agent/observe.js';
import { createPuller } from '../../src/lib/agent/pull.js';
import { ourContainers, recoverTasks } from '../../src/lib/agent/recover.js';
import { startTask, type StartOptions } from '../../src/lib/agent/start.js';
import { killTask, removeTask, stopTask } from '../../src/lib/agent/stop.js';
import type { ObservedContainer, StartOutcome, TaskSpec } from '../../src/lib/agent/types.js';
import { waitForStop } from '../../src/lib/agent/watch.js';
import { dockerName } from '../../src/lib/agent/names.js';
import { EngineHost } from '../../src/lib/hosts/docker.js';
import { Engine } from '../../src/lib/hosts/engine.js';
import type { DockerHost } from '../../src/lib/hosts/docker-host.js';
import { localTransport } from '../../src/lib/hosts/local-transport.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import type { TestHost } from '../hosts/host.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { taskSpec as specOf, tcp } from '../unit/agent/task-spec.js';

describeWithHosts('the agent on a real engine', () => {
  let cluster: TestCluster;
  let web1: TestHost;
  let host: DockerHost;
  const engines: Engine[] = [];

  beforeAll(async () => {
    cluster = await acquire({ count: 1, name: 'agent' });
    web1 = cluster.hosts[0]!;
    host = await connect();
  });

  afterEach(async () => {
    await web1.mendAll();
    const left = await web1.docker('ps', '-aq');
    if (left) await web1.docker('rm', '-f', ...left.split('\n'));
  });

  afterAll(async () => {
    for (const engine of engines) engine.close();
    await cluster?.release();
  });

  /** A connection of its own, as another client has. */
  const connect = async (): Promise<DockerHost> => {
    const engine = new Engine('web1', localTransport(web1.dockerSocket, 10), { request: 30, change: 120 });
    engines.push(engine);
    await engine.greet(10);
    return new EngineHost(engine, Date.now);
  };
  const start = (spec: TaskSpec, options: Partial<StartOptions> = {}, on = host): Promise<StartOutcome> =>
    startTask(on, spec, {
      capacity: { cpu: 4096, memory: 4096, gpus: 0 },
      puller: createPuller(Date.now),
      pull: { behavior: 'default', timeout: 30 },
      clock: Date.now,
      random: Math.random,
      ...options,
    });
  const started = async (spec: TaskSpec): Promise<ObservedContainer[]> => {
    const outcome = await start(spec);
    if (outcome.kind !== 'started') throw new Error(JSON.stringify(outcome));
    return outcome.containers;
  };
  const everything = () => web1.docker('ps', '-a', '--format', '{{.Names}} {{.Status}}');

  describe('one task', () => {
    it('runs, is seen, stops and goes', async () => {
      const spec = taskSpec({ bindings: { main: [tcp(8080)] }, containers: [httpd('hello')] });
      const containers = await started(spec);
      expect(await fetchText(web1.url(8080))).toBe('hello');
      const [seen] = await observeHost(host, { cluster: 'default' });
      expect(seen).toMatchObject({
        ...containers[0],
        createdAt: expect.any(Number),
        startedAt: expect.any(Number),
        ipAddress: expect.stringMatching(/^172/),
      });
      expect(Math.abs(seen!.startedAt! - containers[0]!.startedAt!)).toBeLessThan(2000);

      const stopped = await stopTask(host, containers, spec.definition);
      expect(stopped).toMatchObject([{ state: 'exited', exitCode: 137, networkBindings: [tcp(8080)] }]);
      await removeTask(host, spec.id);
      expect(await observeHost(host)).toEqual([]);
    });

    it('ends with the exit code and last lines of its container', async () => {
      const script = 'for i in 1 2 3 4 5; do echo line $i; done; sleep 1; exit 42';
      const [container] = await started(taskSpec({ containers: [{ command: ['sh', '-c', script] }] }));
      expect(await waitForStop(host, [container!])).toMatchObject({ exitCode: 42, containerName: 'main' });
      const [seen] = await observeHost(host);
      expect(seen).toMatchObject({ state: 'exited', exitCode: 42, oomKilled: false });
      expect(seen!.finishedAt! - seen!.startedAt!).toBeGreaterThan(900);
      expect((await lastLines(host, container!.id, 2, 1000)).map(({ text }) => text)).toEqual([
        'line 4',
        'line 5',
      ]);
    });

    it('tells that memory ran out', async () => {
      const command = ['sh', '-c', 'dd if=/dev/zero of=/dev/null bs=300M count=1'];
      const [container] = await started(taskSpec({ containers: [{ command, memory: 16 }] }));
      await waitForStop(host, [container!]);
      expect(await observeContainer(host, container!.id)).toMatchObject({ exitCode: 137, oomKilled: true });
    });

    it('has links, environment, user, directory, limits and names as defined', async () => {
      const web = {
        name: 'web',
        links: ['db:database'],
        environment: [{ name: 'GREETING', value: 'it works' }],
        workingDirectory: '/tmp',
        user: 'nobody',
        hostname: 'frontend',
        cpu: 256,
        memory: 32,
        memoryReservation: 16,
        readonlyRootFilesystem: true,
        extraHosts: [{ hostname: 'elsewhere', ipAddress: '10.1.2.3' }],
        ulimits: [{ name: 'nofile' as const, softLimit: 100, hardLimit: 200 }],
        dockerLabels: { team: 'a', 'longshore.task-id': 'fake' },
        command: [
          'sh',
          '-c',
          'wget -qO- http://database/; echo; echo "$GREETING $(pwd) $(id -un) $(hostname) $(ulimit -n)"; cat /etc/hosts',
        ],
      };
      const spec = taskSpec({ containers: [web, { ...httpd('data'), name: 'db' }] });
      const containers = await started(spec);
      expect(containers.map(({ containerName }) => containerName)).toEqual(['db', 'web']);
      const { id } = containers[1]!;
      expect(await waitForStop(host, [containers[1]!])).toMatchObject({ exitCode: 0 });
      const text = (await lastLines(host, id, 100, 10_000)).map((line) => line.text).join('\n');
      expect(text).toContain('data\n');
      expect(text).toContain('it works /tmp nobody frontend 100');
      expect(text).toMatch(/10\.1\.2\.3\s+elsewhere/);
      const details = await host.inspectContainer(dockerName(spec, 'web'));
      expect(details?.hostConfig).toMatchObject({
        cpuShares: 256,
        memory: 32 * 1024 ** 2,
        memoryReservation: 16 * 1024 ** 2,
      });
      expect(details?.labels).toMatchObject({ team: 'a', 'longshore.task-id': spec.id });
    });

    it.each(['host', 'none'] as const)('runs in network mode %s', async (networkMode) => {
      const { definition, ...spec } = taskSpec({ containers: [{ command: ['ip', 'addr'] }] });
      const [container] = await started({ ...spec, definition: { ...definition, networkMode } });
      await waitForStop(host, [container!]);
      const text = (await lastLines(host, container!.id, 100, 10_000)).map((line) => line.text).join('\n');
      expect(text.includes(web1.address)).toBe(networkMode === 'host');
    });

    it('is taken with names as long as ECS allows', async () => {
      const { definition, ...spec } = taskSpec({ containers: [{ name: 'c'.repeat(255) }] });
      await started({ ...spec, definition: { ...definition, family: 'f'.repeat(255) } });
    });
  });

  describe('stopping', () => {
    const stubborn = (stopTimeout: number) => ({
      command: ['sh', '-c', "trap '' TERM; while :; do sleep 0.1; done"],
      stopTimeout,
    });
    const polite = { command: ['sh', '-c', "trap 'exit 3' TERM; while :; do sleep 0.1; done"] };

    it('asks first, and kills after the container’s own time', async () => {
      const spec = taskSpec({
        containers: [
          { ...polite, name: 'polite' },
          { ...stubborn(2), name: 'stubborn' },
        ],
      });
      const containers = await started(spec);
      // Until the shells have set their traps.
      await sleep(500);
      const begun = Date.now();
      const stopped = await stopTask(host, containers, spec.definition);
      expect(Date.now() - begun).toBeGreaterThan(1900);
      expect(Date.now() - begun).toBeLessThan(20_000);
      expect(Object.fromEntries(stopped.map((c) => [c.containerName, c.exitCode]))).toEqual({
        polite: 3,
        stubborn: 137,
      });
    });

    it('stops the linking before the linked', async () => {
      const spec = taskSpec({
        containers: [
          { ...polite, name: 'web', links: ['db'] },
          { ...polite, name: 'db' },
        ],
      });
      const containers = await started(spec);
      await sleep(500);
      const [db, web] = await stopTask(host, containers, spec.definition);
      expect(web!.finishedAt!).toBeLessThan(db!.finishedAt!);
    });

    it('kills at once when told to', async () => {
      const containers = await started(taskSpec({ containers: [stubborn(60)] }));
      expect(await killTask(host, containers)).toMatchObject([{ state: 'exited', exitCode: 137 }]);
    });
  });

  describe('a start that fails', () => {
    const fails = async (spec: TaskSpec) => {
      const outcome = await start(spec);
      expect(await observeHost(host)).toEqual([]);
      return outcome;
    };

    it('because a process holds the port names the port', async () => {
      await web1.shell('busybox nc -ll -p 8090 -e true >/dev/null 2>&1 & echo $! >/run/nc.pid; sleep 0.3');
      try {
        const bindings = { main: [tcp(8091), tcp(8090)] };
        expect(await fails(taskSpec({ bindings }))).toMatchObject({
          kind: 'port-taken',
          ports: ['tcp/8090'],
        });
      } finally {
        await web1.shell('kill $(cat /run/nc.pid)');
      }
    });

    it('because a foreign container holds the port is withdrawn', async () => {
      await web1.docker('run', '-d', '-p', '8090:80', 'busybox', 'sleep', '1000');
      expect(
        await fails(
          taskSpec({ bindings: { main: [tcp(8090)] }, resources: { ...small, ports: ['tcp/8090'] } }),
        ),
      ).toMatchObject({
        kind: 'withdrawn',
        reason: 'RESOURCE:PORTS',
        foreign: { ports: ['tcp/8090'] },
      });
      // A client that doesn't know its ports learns it at the start.
      expect(await fails(taskSpec({ bindings: { main: [tcp(8090)] } }))).toMatchObject({
        kind: 'port-taken',
        ports: ['tcp/8090'],
      });
    });

    it('because another container has the name leaves that one alone', async () => {
      const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b' }] });
      await web1.docker('run', '-d', '--name', dockerName(spec, 'b'), 'busybox', 'sleep', '1000');
      expect(await fails(spec)).toMatchObject({
        kind: 'failed',
        container: 'b',
        reason: expect.stringMatching(/^CannotCreateContainerError: another container on web1/),
      });
      expect(await everything()).toMatch(/^ecs-app-3-b-\w+ Up/);
    });

    it('because the image can’t be had fails soon', async () => {
      const outcome = await fails(taskSpec({ containers: [{ image: 'longshore.invalid/missing:1' }] }));
      expect(outcome).toMatchObject({
        kind: 'failed',
        container: 'main',
        reason: expect.stringMatching(/^CannotPullContainerError: .*longshore\.invalid/),
      });
    });

    it.each([
      [{ command: ['no-such-command'] }, /^CannotStartContainerError: .*no-such-command.*not found/],
      [{ user: 'nosuchuser' }, /^CannotStartContainerError: .*nosuchuser/],
      [{ memory: 10, memoryReservation: 20 }, /^CannotCreateContainerError: .*reservation/],
      [{ links: ['gone'] }, /^CannotCreateContainerError: .*gone/],
    ])('because of %j says so', async (container, reason) => {
      const outcome = await fails(
        taskSpec({ containers: [{ name: 'side' }, { name: 'main', ...container }] }),
      );
      expect(outcome).toMatchObject({
        kind: 'failed',
        container: 'main',
        reason: expect.stringMatching(reason),
      });
    });

    it('because it is aborted at any step leaves nothing', async () => {
      for (const type of ['pull-stopped', 'container-created', 'container-started'] as const) {
        const stop = new AbortController();
        const onEvent = (event: { type: string }) =>
          event.type === type && stop.abort(new Error('interrupted'));
        const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b' }] });
        await expect(start(spec, { signal: stop.signal, onEvent })).rejects.toThrow('interrupted');
        expect(await observeHost(host)).toEqual([]);
      }
    });
  });

  describe('a client that died midway', () => {
    const diesAfter = async (spec: TaskSpec, step: string) => {
      class Died extends Error {}
      let dead = false;
      // Nothing more happens once it is dead, clean-up neither.
      const mortal = new Proxy(host, {
        get: (target, name: keyof DockerHost) => {
          const member = target[name];
          if (typeof member !== 'function') return member;
          return dead ? () => Promise.reject(new Died()) : member.bind(target);
        },
      });
      const onEvent = ({ type }: { type: string }) => {
        if (type !== step) return;
        dead = true;
        throw new Died();
      };
      await expect(start(spec, { onEvent }, mortal)).rejects.toThrow(Died);
    };

    it('between create and start leaves what the next start makes anew', async () => {
      const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b' }], bindings: { a: [tcp(8080)] } });
      await diesAfter(spec, 'container-created');
      expect(await everything()).toMatch(/^ecs-app-3-a-\w+ Created$/);
      const again = await start({ ...spec, bindings: { a: [tcp(8081)] } });
      expect(again).toMatchObject({ kind: 'started' });
      expect((await observeHost(host)).map((c) => c.state)).toEqual(['running', 'running']);
    });

    it('between two starts leaves what the next start goes on with', async () => {
      const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b' }] });
      await diesAfter(spec, 'container-started');
      const before = await observeHost(host);
      expect(before.map((c) => c.state).sort()).toEqual(['created', 'running']);
      expect(await start(spec)).toMatchObject({ kind: 'started' });
      const after = await observeHost(host);
      expect(after.map((c) => c.state)).toEqual(['running', 'running']);
      const running = before.find((c) => c.state === 'running')!;
      expect(after.some((c) => c.id === running.id)).toBe(true);
    });

    it.each(['container-created', 'container-started'])(
      'after %s leaves what can be undone',
      async (step) => {
        const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b' }] });
        await diesAfter(spec, step);
        await removeTask(host, spec.id);
        expect(await everything()).toBe('');
      },
    );
  });

  describe('clients that race', () => {
    const resources = { cpu: 100, memory: 64, gpus: 0, ports: [] };

    it('for the last memory: one of two wins, each time', async () => {
      const capacity = { cpu: 1000, memory: 100, gpus: 0 };
      const [one, two] = [await connect(), await connect()];
      for (let round = 0; round < 10; round++) {
        const specs = [taskSpec({ resources }), taskSpec({ resources })];
        const outcomes = await Promise.all([
          start(specs[0]!, { capacity }, one),
          start(specs[1]!, { capacity }, two),
        ]);
        expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['started', 'withdrawn']);
        expect(await observeHost(host)).toHaveLength(1);
        for (const { id } of specs) await removeTask(host, id);
      }
    });

    it('for room and ports: as many start as fit, with patience', async () => {
      const capacity = { cpu: 1000, memory: 200, gpus: 0 };
      const clients = await Promise.all(Array.from({ length: 8 }, connect));
      const ports = ['tcp/7001', 'tcp/7002'];
      const tasks = clients.map((_, index) =>
        taskSpec({ resources: { ...resources, ports: [ports[index % 2]!] } }),
      );
      const insist = async (client: DockerHost, spec: TaskSpec) => {
        for (let attempt = 1; attempt <= 5; attempt++) {
          const { kind } = await start(spec, { capacity }, client);
          if (kind === 'started') return true;
          await sleep(Math.random() * 300 * attempt);
        }
        return false;
      };
      const results = await Promise.all(clients.map((client, index) => insist(client, tasks[index]!)));
      expect(results.filter(Boolean)).toHaveLength(2);
      expect((await observeHost(host)).map((c) => c.state)).toEqual(['running', 'running']);
    });

    it('with containers that nobody labelled', async () => {
      await web1.docker('run', '-d', '--memory', '100m', 'busybox', 'sleep', '1000');
      const outcome = await start(taskSpec({ resources }), { capacity: { cpu: 1000, memory: 150, gpus: 0 } });
      expect(outcome).toMatchObject({
        kind: 'withdrawn',
        reason: 'RESOURCE:MEMORY',
        foreign: { memory: 100, cpu: 0 },
      });
    });
  });

  describe('an engine that dies', () => {
    it('hides the exit codes of what died with it', async () => {
      const [real] = await started(taskSpec({ containers: [{ command: ['sh', '-c', 'exit 255'] }] }));
      await waitForStop(host, [real!]);
      const [victim] = await started(taskSpec());
      await sleep(1000);
      await web1.reboot();
      host = await connect();
      const byId = new Map((await observeHost(host)).map((c) => [c.id, c]));
      expect(byId.get(victim!.id)).toMatchObject({ state: 'exited' });
      if (host.engineStartedAt)
        expect(byId.get(victim!.id)).toMatchObject({ exitCode: undefined, exitCodeUnknown: true });
    });

    it('is told to who waits', async () => {
      // A starting engine stops what outlived the last one, as patiently as its containers ask for.
      const [container] = await started(taskSpec({ containers: [{ stopTimeout: 1 }] }));
      const waiting = waitForStop(host, [container!]);
      waiting.catch(() => undefined);
      await web1.inflict('engine-killed');
      await expect(waiting).rejects.toMatchObject({ name: 'HostError' });
      await web1.mend('engine-killed');
      host = await connect();
      expect(await waitForStop(host, [container!])).toMatchObject({ id: container!.id });
    });
  });

  it('recovers tasks from their containers alone', async () => {
    const environment = [
      { name: 'MODE', value: 'a=b "c"' },
      { name: 'PATH', value: '/bin' },
    ];
    const overrides = {
      containerOverrides: [
        { name: 'main', command: ['sleep', '99'], environment: [{ name: 'EXTRA', value: 'x' }] },
      ],
    };
    const spec = taskSpec({
      containers: [{ environment }, { name: 'side', command: ['true'] }],
      overrides,
      bindings: { main: [tcp(8080)] },
      tags: [{ key: 'team', value: 'a' }],
      startedBy: 'me',
    });
    const [, side] = await started(spec);
    await waitForStop(host, [side!]);
    const { tasks, unreadable } = recoverTasks(await ourContainers(host));
    expect(unreadable).toEqual([]);
    expect(tasks).toHaveLength(1);
    expect(JSON.parse(JSON.stringify(tasks[0]!.spec))).toEqual(JSON.parse(JSON.stringify(spec)));
    expect(tasks[0]!.containers.map(({ state }) => state.status).sort()).toEqual(['exited', 'running']);
  });
});

const small = { cpu: 16, memory: 6, gpus: 0, ports: [] as string[] };

/** Ids of real hosts must not come again with the next run. */
function taskSpec(change: Parameters<typeof specOf>[0] = {}): TaskSpec {
  return specOf({ id: randomBytes(16).toString('hex'), resources: small, ...change });
}

function httpd(text: string) {
  return {
    command: ['sh', '-c', `echo -n ${text} >/tmp/index.html && exec httpd -f -p 80 -h /tmp`],
    stopTimeout: 1,
  };
}

/** Servers take a moment to listen. */
async function fetchText(url: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(100);
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
