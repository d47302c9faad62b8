import { describe, expect, it } from 'vitest';
import { dockerName } from '../../src/lib/agent/names.js';
import { observeHost } from '../../src/lib/agent/observe.js';
import { removeTask } from '../../src/lib/agent/stop.js';
import type { TaskSpec } from '../../src/lib/agent/types.js';
import { waitForStop } from '../../src/lib/agent/watch.js';
import type { DockerHost } from '../../src/lib/hosts/docker-host.js';
import { engineAnswers, startEngineCommand, stopEngine } from '../hosts/daemons.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { tcp } from '../unit/agent/task-spec.js';
import { small, taskSpec, useAgent } from './agent-subject.js';

describeWithHosts('starts that fail or break off on a real engine', () => {
  const agent = useAgent();

  describe('a start that fails', () => {
    const fails = async (spec: TaskSpec) => {
      const outcome = await agent.start(spec);
      expect(await observeHost(agent.host)).toEqual([]);
      return outcome;
    };

    it('because a process holds the port names the port', async () => {
      await agent.machine.shell(
        'busybox nc -ll -p 8090 -e true >/dev/null 2>&1 & echo $! >/run/nc.pid; sleep 0.3',
      );
      try {
        const bindings = { main: [tcp(8091), tcp(8090)] };
        expect(await fails(taskSpec({ bindings }))).toMatchObject({
          kind: 'port-taken',
          ports: ['tcp/8090'],
        });
      } finally {
        await agent.machine.shell('kill $(cat /run/nc.pid)');
      }
    });

    it('because a foreign container holds the port is withdrawn', async () => {
      await agent.machine.docker('run', '-d', '-p', '8090:80', 'busybox', 'sleep', '1000');
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
      await agent.machine.docker('run', '-d', '--name', dockerName(spec, 'b'), 'busybox', 'sleep', '1000');
      expect(await fails(spec)).toMatchObject({
        kind: 'failed',
        container: 'b',
        reason: expect.stringMatching(/^CannotCreateContainerError: another container on web1/),
      });
      expect(await agent.everything()).toMatch(/^ecs-app-3-b-\w+ Up/);
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
        await expect(agent.start(spec, { signal: stop.signal, onEvent })).rejects.toThrow('interrupted');
        expect(await observeHost(agent.host)).toEqual([]);
      }
    });
  });

  describe('a client that died midway', () => {
    const diesAfter = async (spec: TaskSpec, step: string) => {
      class Died extends Error {}
      let dead = false;
      // Nothing more happens once it is dead, clean-up neither.
      const mortal = new Proxy(agent.host, {
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
      await expect(agent.start(spec, { onEvent }, mortal)).rejects.toThrow(Died);
    };

    it('between create and start leaves what the next start makes anew', async () => {
      const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b' }], bindings: { a: [tcp(8080)] } });
      await diesAfter(spec, 'container-created');
      expect(await agent.everything()).toMatch(/^ecs-app-3-a-\w+ Created$/);
      const again = await agent.start({ ...spec, bindings: { a: [tcp(8081)] } });
      expect(again).toMatchObject({ kind: 'started' });
      expect((await observeHost(agent.host)).map((c) => c.state)).toEqual(['running', 'running']);
    });

    it('between two starts leaves what the next start goes on with', async () => {
      const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b' }] });
      await diesAfter(spec, 'container-started');
      const before = await observeHost(agent.host);
      expect(before.map((c) => c.state).sort()).toEqual(['created', 'running']);
      expect(await agent.start(spec)).toMatchObject({ kind: 'started' });
      const after = await observeHost(agent.host);
      expect(after.map((c) => c.state)).toEqual(['running', 'running']);
      const running = before.find((c) => c.state === 'running')!;
      expect(after.some((c) => c.id === running.id)).toBe(true);
    });

    it.each(['container-created', 'container-started'])(
      'after %s leaves what can be undone',
      async (step) => {
        const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b' }] });
        await diesAfter(spec, step);
        await removeTask(agent.host, spec.id);
        expect(await agent.everything()).toBe('');
      },
    );
  });

  describe('an engine that dies', () => {
    it('hides the exit codes of what died with it', async () => {
      const [victim] = await agent.started(taskSpec());
      await agent.machine.reboot();
      agent.host = await agent.connect();
      expect(await observeHost(agent.host)).toMatchObject([
        { id: victim!.id, exitCode: undefined, exitCodeUnknown: true },
      ]);
    });

    it('hides them also where it takes long to start', async () => {
      const [victim] = await agent.started(taskSpec());
      const { machine } = agent;
      await machine.inflict('engine-killed');
      try {
        // What a power cut leaves: neither processes nor what containerd knew of them.
        await machine.shell(`
          for one in /proc/[0-9]*; do
            grep -qsx -e containerd-shim -e sleep "$one/comm" && kill -9 "\${one#/proc/}"
          done
          rm -rf /run/docker 2>/dev/null
          mkdir -p /run/slow
          printf '#!/bin/sh\nsleep 0.25\nexec /usr/sbin/iptables "$@"\n' >/run/slow/iptables
          chmod +x /run/slow/iptables
          PATH=/run/slow:$PATH; ${startEngineCommand}`);
        await engineAnswers(machine);
        const before = await machine.docker('inspect', '-f', '{{.State.FinishedAt}}', victim!.id);
        const ready = await machine.docker('network', 'inspect', '-f', '{{json .Created}}', 'bridge');
        expect(Date.parse(JSON.parse(ready)) - Date.parse(before)).toBeGreaterThan(12_000);
        agent.host = await agent.connect();
        expect(await observeHost(agent.host)).toMatchObject([
          { id: victim!.id, exitCode: undefined, exitCodeUnknown: true },
        ]);
      } finally {
        await stopEngine(machine);
        await machine.mend('engine-killed');
      }
    });

    it('is told to who waits', async () => {
      // A starting engine stops what outlived the last one, as patiently as its containers ask for.
      const [container] = await agent.started(taskSpec({ containers: [{ stopTimeout: 1 }] }));
      const waiting = waitForStop(agent.host, [container!]);
      waiting.catch(() => undefined);
      await agent.machine.inflict('engine-killed');
      await expect(waiting).rejects.toMatchObject({ name: 'HostError' });
      await agent.machine.mend('engine-killed');
      agent.host = await agent.connect();
      expect(await waitForStop(agent.host, [container!])).toMatchObject({ id: container!.id });
    });
  });
});
