import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithHosts } from '../hosts/vitest.js';
import { patience } from '../hosts/wait.js';
import { arn, type AwsClients, type ServedClients, serveForClients } from './aws-clients.js';

describeWithHosts('SDKs, over signed requests', () => {
  let served: ServedClients;
  let clients: AwsClients;
  const hosts = () => served.hosts;

  beforeAll(async () => {
    served = await serveForClients();
    ({ clients } = served);
  }, 900_000);
  afterAll(() => served?.end());

  it(
    'boto3: a suite of its own, with waiters, paginators and exceptions',
    async () => {
      const { code, stderr } = await clients.unittest(join(import.meta.dirname, 'boto3'), {
        LONGSHORE_TEST_HOSTS: hosts().join(' '),
      });
      expect(code, stderr).toBe(0);
    },
    400_000 * patience,
  );

  it('@aws-sdk/client-ecs: a plain script that finds the server by AWS_ENDPOINT_URL_ECS', async () => {
    const { code, stdout, stderr } = await clients.node(
      join(import.meta.dirname, 'sdk-session.mjs'),
      ...hosts(),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      clusterArn: arn('cluster/sdk'),
      instances: 3,
      running: 'SUCCESS',
      stopped: 'SUCCESS',
      stable: 'SUCCESS',
      runningCount: 2,
      createdAt: true,
      tasksOfService: 2,
      inactive: 'SUCCESS',
      error: { class: true, name: 'ClusterNotFoundException', message: 'Cluster not found.' },
    });
  }, 200_000);
});
