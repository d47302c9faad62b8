import { describe, expect, it } from 'vitest';
import ServicesInactive from '../../../src/commands/wait/services-inactive.js';
import ServicesStable from '../../../src/commands/wait/services-stable.js';
import { cluster, definition } from '../engine/kit.js';
import { run } from './kit.js';

const answer = (...states: string[]) => ({
  WaitServices: () => ({
    outcomes: states.map((state, n) => ({ serviceName: `s${n}`, state, failedTasks: [] })),
  }),
});

describe('wait services-stable', () => {
  it('says nothing where they are, and waits ten minutes as the AWS CLI does', async () => {
    const argv = ['--cluster', 'c', '--services', 's0', 's1'];
    const ran = await run(ServicesStable, argv, answer('STEADY', 'STEADY'));
    expect(ran).toMatchObject({ code: 0, out: '', err: '' });
    expect(ran.calls).toEqual([
      {
        operation: 'WaitServices',
        input: { cluster: 'c', services: ['s0', 's1'], until: 'STABLE', timeout: 600 },
      },
    ]);
  });

  it.each([
    [['STEADY', 'UNDER_WAY'], 'service s1 is not stable after 90 s'],
    [['MISSING'], 'there is no service s0'],
    [['DRAINING'], 'service s0 is DRAINING'],
    [['FAILING'], 'the tasks of service s0 fail one after the other'],
    [['FAILED'], 'the deployment of service s0 failed'],
  ])('ends with 255 where they are %j', async (states, says) => {
    const ran = await run(ServicesStable, ['--services', 's', '--timeout', '1.5m'], answer(...states));
    expect(ran).toMatchObject({ code: 255, out: '', err: `Waiter ServicesStable failed: ${says}\n` });
  });
});

describe('wait services-inactive', () => {
  it('ends with 255 where they are not deleted in time', async () => {
    const ran = await run(ServicesInactive, ['--services', 's', '--timeout', '5'], answer('UNDER_WAY'));
    const err = 'Waiter ServicesInactive failed: service s0 is not deleted after 5 s\n';
    expect(ran).toMatchObject({ code: 255, out: '', err });
  });

  it('is given up after its time', async () => {
    const { engine } = await cluster(['web1']);
    await engine.call('RegisterTaskDefinition', definition('web'));
    await engine.call('CreateService', { serviceName: 's0', taskDefinition: 'web', desiredCount: 1 });
    const ran = await run(
      ServicesInactive,
      ['--services', 's0', '--timeout', '1'],
      {},
      {
        openEngine: async () => engine,
      },
    );
    const err = expect.stringContaining('service s0 is not deleted after 1 s') as string;
    expect(ran).toMatchObject({ code: 255, err });
  });
});
