import { expect, it } from 'vitest';
import { cluster, definition } from '../kit.js';

it('deployments are listed by when they began, page by page, and say what they took the place of', async () => {
  const { engine } = await cluster(['web1'], { settings: { healthyAfter: 60_000 } });
  const service = async () =>
    (await engine.call('DescribeServices', { services: ['web'] })).services?.[0] ?? {};
  const current = async () => (await service()).deployments?.[0]?.id?.replace('ecs-svc/', '') ?? '';
  const steady = () => engine.call('WaitServices', { services: ['web'], timeout: 30 });
  const update = () => engine.call('UpdateService', { service: 'web', forceNewDeployment: true });
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 0 });
  await steady();
  const first = await current();
  await update();
  await steady();
  const second = await current();
  await update();
  const third = await current();
  const stopped = (await service()).currentServiceDeployment ?? '';
  await engine.call('StopServiceDeployment', { serviceDeploymentArn: stopped });
  await steady();
  await update();
  const fourth = await current();

  const arns: string[] = [];
  for (let token: string | undefined, pages = 0; ; pages += 1) {
    expect(pages).toBeLessThan(4);
    const page = await engine.call('ListServiceDeployments', {
      service: 'web',
      maxResults: 1,
      ...(token !== undefined && { nextToken: token }),
    });
    expect(page.serviceDeployments).toHaveLength(1);
    arns.push(
      ...(page.serviceDeployments ?? []).map(({ serviceDeploymentArn = '' }) => serviceDeploymentArn),
    );
    token = page.nextToken;
    if (token === undefined) break;
  }
  const idOf = (arn = '') => arn.split('/').at(-1);
  expect(arns.map(idOf)).toEqual([fourth, third, second, first]);

  const { serviceDeployments = [] } = await engine.call('DescribeServiceDeployments', {
    serviceDeploymentArns: arns,
  });
  const sources = serviceDeployments.map(({ status, sourceServiceRevisions = [], rollback }) => ({
    status,
    from: sourceServiceRevisions.map(({ arn }) => idOf(arn)),
    back: rollback && idOf(rollback.serviceRevisionArn),
  }));
  expect(sources).toEqual([
    { status: 'IN_PROGRESS', from: [second], back: undefined },
    { status: 'ROLLBACK_SUCCESSFUL', from: [second], back: second },
    { status: 'SUCCESSFUL', from: [first], back: undefined },
    { status: 'SUCCESSFUL', from: [], back: undefined },
  ]);
});
