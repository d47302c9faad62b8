import { expect, it } from 'vitest';
import { observeHost } from '../../src/lib/agent/observe.js';
import { removeTask } from '../../src/lib/agent/stop.js';
import type { TaskSpec } from '../../src/lib/agent/types.js';
import type { DockerHost } from '../../src/lib/hosts/docker-host.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { sleep, taskSpec, useAgent } from './agent-subject.js';

describeWithHosts('clients that race for a real engine', () => {
  const agent = useAgent();

  const resources = { cpu: 100, memory: 64, gpus: 0, ports: [] };

  it('for the last memory: one of two wins, each time', async () => {
    const capacity = { cpu: 1000, memory: 100, gpus: 0 };
    const [one, two] = [await agent.connect(), await agent.connect()];
    for (let round = 0; round < 10; round++) {
      const specs = [taskSpec({ resources }), taskSpec({ resources })];
      const outcomes = await Promise.all([
        agent.start(specs[0]!, { capacity }, one),
        agent.start(specs[1]!, { capacity }, two),
      ]);
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['started', 'withdrawn']);
      expect(await observeHost(agent.host)).toHaveLength(1);
      for (const { id } of specs) await removeTask(agent.host, id);
    }
  });

  it('for room and ports: as many start as fit, with patience', async () => {
    const capacity = { cpu: 1000, memory: 200, gpus: 0 };
    const clients = await Promise.all(Array.from({ length: 8 }, agent.connect));
    const ports = ['tcp/7001', 'tcp/7002'];
    const tasks = clients.map((_, index) =>
      taskSpec({ resources: { ...resources, ports: [ports[index % 2]!] } }),
    );
    const insist = async (client: DockerHost, spec: TaskSpec) => {
      for (let attempt = 1; attempt <= 5; attempt++) {
        const { kind } = await agent.start(spec, { capacity }, client);
        if (kind === 'started') return true;
        await sleep(Math.random() * 300 * attempt);
      }
      return false;
    };
    const results = await Promise.all(clients.map((client, index) => insist(client, tasks[index]!)));
    expect(results.filter(Boolean)).toHaveLength(2);
    expect((await observeHost(agent.host)).map((c) => c.state)).toEqual(['running', 'running']);
  });

  it('with containers that nobody labelled', async () => {
    await agent.machine.docker('run', '-d', '--memory', '100m', 'busybox', 'sleep', '1000');
    const outcome = await agent.start(taskSpec({ resources }), {
      capacity: { cpu: 1000, memory: 150, gpus: 0 },
    });
    expect(outcome).toMatchObject({
      kind: 'withdrawn',
      reason: 'RESOURCE:MEMORY',
      foreign: { memory: 100, cpu: 0 },
    });
  });
});
