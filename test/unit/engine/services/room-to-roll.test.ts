import { expect, it } from 'vitest';
import { cluster, definition } from '../kit.js';

it('an update that could replace nothing is refused in the words of docs/services.md', async () => {
  const { engine } = await cluster(['web1', 'web2'], { settings: { healthyAfter: 50 } });
  await engine.call(
    'RegisterTaskDefinition',
    definition('web', { portMappings: [{ containerPort: 80, hostPort: 80 }] }),
  );
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 });
  await engine.call('WaitServices', { services: ['web'], timeout: 10 });
  await expect(
    engine.call('UpdateService', { service: 'web', forceNewDeployment: true }),
  ).rejects.toMatchObject({
    message: expect.stringMatching(
      /^No task can be replaced: 2 of 2 hosts don't have port 80\/tcp free \((web1, web2|web2, web1)\), and 100\/200 % leaves no room to roll\.$/,
    ),
    remedy:
      'Add a host, use a dynamic port, or let fewer be up meanwhile: longshore update-service --cluster default --service web --deployment-configuration minimumHealthyPercent=50',
  });
});
