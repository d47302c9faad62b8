import { expect, it } from 'vitest';
import { cluster, definition, type Kit } from '../kit.js';

/** A service whose deployments end at once, and how the one that is named ended. */
async function deployed({ rollback = true } = {}) {
  const made = await cluster(['web1'], { settings: { healthyAfter: 0 } });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', {
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 1,
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback } },
  });
  const wait = async (...deployments: string[]) => {
    const named = deployments.length > 0 && { deployments };
    const { outcomes } = await engine.call('WaitServices', { services: ['web'], ...named, timeout: 20 });
    return outcomes[0]?.state;
  };
  expect(await wait()).toBe('STEADY');
  return { first: await primaryOf(made), deploy: (image: string) => deploy(made, image), wait };
}

const primaryOf = async ({ engine }: Kit): Promise<string> =>
  (await engine.call('DescribeServices', { services: ['web'] })).services?.[0]?.deployments?.[0]?.id ?? '';

async function deploy({ engine }: Kit, image: string): Promise<string> {
  const { service } = await engine.call('DeployService', { service: 'web', image: [image] });
  return service?.deployments?.[0]?.id ?? '';
}

it('a deployment that was rolled back before the wait began is told of as that, where it is named', async () => {
  const { deploy, wait } = await deployed();
  const failed = await deploy('nosuch:1');
  expect(await wait()).toBe('ROLLED_BACK');
  expect(await wait()).toBe('STEADY');
  expect(await wait(failed)).toBe('ROLLED_BACK');
});

it('one that has failed, and stays, is told of as failed', async () => {
  const { deploy, wait } = await deployed({ rollback: false });
  const failed = await deploy('nosuch:1');
  expect(await wait()).toBe('FAILED');
  expect(await wait(failed)).toBe('FAILED');
});

it('one whose place another has taken was replaced, whatever became of that', async () => {
  const { first, deploy, wait } = await deployed({ rollback: false });
  const second = await deploy('nosuch:1');
  expect(await wait(first)).toBe('REPLACED');
  expect(await wait(second)).toBe('FAILED');
  expect(await wait(first)).toBe('REPLACED');
});

it('one that is over and steady is told of as that', async () => {
  const { first, wait } = await deployed();
  expect(await wait(first)).toBe('STEADY');
});

it('each service has one', async () => {
  const { first, wait } = await deployed();
  await expect(wait(first, first)).rejects.toMatchObject({ code: 'InvalidParameterException' });
});
