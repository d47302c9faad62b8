import { describe, expect, it } from 'vitest';
import { lastLines } from '../../src/lib/agent/logs.js';
import { dockerName } from '../../src/lib/agent/names.js';
import { observeContainer, observeHost } from '../../src/lib/agent/observe.js';
import { recoverTasks } from '../../src/lib/agent/recover.js';
import { killTask, removeTask, stopTask } from '../../src/lib/agent/stop.js';
import { waitForStop } from '../../src/lib/agent/watch.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { registered, tcp } from '../unit/agent/task-spec.js';
import { sleep, taskSpec, useAgent } from './agent-subject.js';

describeWithHosts('the agent on a real engine', () => {
  const agent = useAgent();

  describe('one task', () => {
    it('runs, is seen, stops and goes', async () => {
      const spec = taskSpec({ bindings: { main: [tcp(8080)] }, containers: [httpd('hello')] });
      const containers = await agent.started(spec);
      expect(await fetchText(agent.machine.url(8080))).toBe('hello');
      const [seen] = await observeHost(agent.host, { cluster: 'default' });
      expect(seen).toMatchObject({
        ...containers[0],
        createdAt: expect.any(Number),
        startedAt: expect.any(Number),
        ipAddress: expect.stringMatching(/^172/),
      });
      expect(Math.abs(seen!.startedAt! - containers[0]!.startedAt!)).toBeLessThan(2000);

      const stopped = await stopTask(agent.host, containers, spec.definition);
      expect(stopped).toMatchObject([{ state: 'exited', exitCode: 137, networkBindings: [tcp(8080)] }]);
      await removeTask(agent.host, spec.id);
      expect(await observeHost(agent.host)).toEqual([]);
    });

    it('ends with the exit code and last lines of its container', async () => {
      const script = 'for i in 1 2 3 4 5; do echo line $i; done; sleep 1; exit 42';
      const [container] = await agent.started(taskSpec({ containers: [{ command: ['sh', '-c', script] }] }));
      expect(await waitForStop(agent.host, [container!])).toMatchObject({
        exitCode: 42,
        containerName: 'main',
      });
      const [seen] = await observeHost(agent.host);
      expect(seen).toMatchObject({ state: 'exited', exitCode: 42, oomKilled: false });
      expect(seen!.finishedAt! - seen!.startedAt!).toBeGreaterThan(900);
      expect((await lastLines(agent.host, container!.id, 2, 1000)).map(({ text }) => text)).toEqual([
        'line 4',
        'line 5',
      ]);
    });

    it('tells that memory ran out', async () => {
      const command = ['sh', '-c', 'dd if=/dev/zero of=/dev/null bs=300M count=1'];
      const [container] = await agent.started(taskSpec({ containers: [{ command, memory: 16 }] }));
      await waitForStop(agent.host, [container!]);
      expect(await observeContainer(agent.host, container!.id)).toMatchObject({
        exitCode: 137,
        oomKilled: true,
      });
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
      const containers = await agent.started(spec);
      expect(containers.map(({ containerName }) => containerName)).toEqual(['db', 'web']);
      const { id } = containers[1]!;
      expect(await waitForStop(agent.host, [containers[1]!])).toMatchObject({ exitCode: 0 });
      const text = (await lastLines(agent.host, id, 100, 10_000)).map((line) => line.text).join('\n');
      expect(text).toContain('data\n');
      expect(text).toContain('it works /tmp nobody frontend 100');
      expect(text).toMatch(/10\.1\.2\.3\s+elsewhere/);
      const details = await agent.host.inspectContainer(dockerName(spec, 'web'));
      expect(details?.hostConfig).toMatchObject({
        cpuShares: 256,
        memory: 32 * 1024 ** 2,
        memoryReservation: 16 * 1024 ** 2,
      });
      expect(details?.labels).toMatchObject({ team: 'a', 'longshore.task-id': spec.id });
    });

    it.each(['host', 'none'] as const)('runs in network mode %s', async (networkMode) => {
      const { definition, ...spec } = taskSpec({ containers: [{ command: ['ip', 'addr'] }] });
      const [container] = await agent.started({ ...spec, definition: { ...definition, networkMode } });
      await waitForStop(agent.host, [container!]);
      const text = (await lastLines(agent.host, container!.id, 100, 10_000))
        .map((line) => line.text)
        .join('\n');
      expect(text.includes(agent.machine.address)).toBe(networkMode === 'host');
    });

    it('is taken with names as long as ECS allows', async () => {
      const { definition, ...spec } = taskSpec({ containers: [{ name: 'c'.repeat(255) }] });
      await agent.started({ ...spec, definition: { ...definition, family: 'f'.repeat(255) } });
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
      const containers = await agent.started(spec);
      // Until the shells have set their traps.
      await sleep(500);
      const begun = Date.now();
      const stopped = await stopTask(agent.host, containers, spec.definition);
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
      const containers = await agent.started(spec);
      await sleep(500);
      const [db, web] = await stopTask(agent.host, containers, spec.definition);
      expect(web!.finishedAt!).toBeLessThan(db!.finishedAt!);
    });

    it('kills at once when told to', async () => {
      const containers = await agent.started(taskSpec({ containers: [stubborn(60)] }));
      expect(await killTask(agent.host, containers)).toMatchObject([{ state: 'exited', exitCode: 137 }]);
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
    const bare = taskSpec({
      containers: [
        { environment, memory: 16 },
        { name: 'side', memory: 16, command: ['true'] },
      ],
      overrides,
      bindings: { main: [tcp(8080)] },
      tags: [{ key: 'team', value: 'a' }],
      startedBy: 'me',
    });
    const spec = registered(bare);
    const [, side] = await agent.started(spec);
    await waitForStop(agent.host, [side!]);
    const seen = await observeHost(agent.host);
    const details = await Promise.all(seen.map(({ id }) => agent.host.inspectContainer(id)));
    const { tasks, unreadable } = recoverTasks(details.map((container) => container!));
    expect(unreadable).toEqual([]);
    expect(tasks).toHaveLength(1);
    const { times, ...recovered } = tasks[0]!.spec;
    expect(JSON.parse(JSON.stringify(recovered))).toEqual(JSON.parse(JSON.stringify(spec)));
    expect(times).toEqual({ pullStartedAt: expect.any(Number), pullStoppedAt: expect.any(Number) });
    expect(tasks[0]!.containers.map(({ state }) => state.status).sort()).toEqual(['exited', 'running']);
  });
});

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
