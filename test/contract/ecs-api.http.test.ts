import * as sdk from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signature } from '../../src/lib/api/signature.js';
import { ecsApiContract } from './ecs-api.contract.js';
import { type HttpFixture, openHttpEcs } from './ecs-api.fixtures.js';
import { definition, register } from './ecs-api.scenes.js';

ecsApiContract('over HTTP', { open: (called) => openHttpEcs(called), waits: false });

describe('what HTTP adds', () => {
  let fixture: HttpFixture;
  beforeEach(async () => void (fixture = await openHttpEcs(new Set())));
  afterEach(() => fixture.remove());
  const list = new sdk.ListClustersCommand({});
  const create = new sdk.CreateClusterCommand({ clusterName: 'prod' });
  const other = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
    new sdk.ECSClient({ endpoint: fixture.endpoint, region: 'local', credentials, maxAttempts: 1 });

  it('a key may do what its scope says, and is told what it lacks', async () => {
    const read = await fixture.clientOfScope('read');
    const run = await fixture.clientOfScope('run');
    await read.send(list);
    await run.send(new sdk.RegisterTaskDefinitionCommand(definition()));
    const calls: [Promise<unknown>, string][] = [
      [read.send(new sdk.RegisterTaskDefinitionCommand(definition())), 'ecs:RegisterTaskDefinition because'],
      [run.send(create), 'ecs:CreateCluster because its access key'],
      [run.send(new sdk.RegisterContainerInstanceCommand({})), 'ecs:RegisterContainerInstance'],
    ];
    for (const [call, told] of calls) {
      await expect(call).rejects.toBeInstanceOf(sdk.AccessDeniedException);
      await expect(call).rejects.toThrow(`is not authorized to perform: ${told}`);
    }
    await expect(read.send(new sdk.CreateTaskSetCommand({} as never))).rejects.toBeInstanceOf(
      sdk.UnsupportedFeatureException,
    );
    expect((await fixture.client().send(list)).clusterArns).toEqual([]);
  });

  it('a wrong secret and a key that nobody knows are refused by their names', async () => {
    const { accessKey } = await fixture.made.engine.call('CreateAccessKey', {});
    const { accessKeyId, secretAccessKey } = accessKey;
    await expect(other({ accessKeyId, secretAccessKey: 'wrong' }).send(create)).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(
      other({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }).send(create),
    ).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    // As tools do that were given temporary credentials.
    await other({ accessKeyId, secretAccessKey, sessionToken: 'a/token+=' }).send(list);
    await fixture.made.engine.call('DeleteAccessKey', { accessKeyId });
    await expect(other({ accessKeyId, secretAccessKey }).send(list)).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    expect((await fixture.client().send(list)).clusterArns).toEqual([]);
  });

  it('what we word otherwise for people comes in the words of AWS', async () => {
    await fixture.client().send(create);
    const calls: [Promise<unknown>, string][] = [
      [
        fixture.client().send(new sdk.DescribeTasksCommand({ cluster: 'prod', tasks: ['None'] })),
        'taskId length should be one of [32,36]',
      ],
      [
        fixture.client().send(new sdk.PutAccountSettingCommand({ name: 'containerInsights', value: 'on' })),
        "Invalid setting 'value'",
      ],
      [
        fixture.client().send(new sdk.DescribeClustersCommand({ clusters: [''] })),
        'Clusters can not be blank.',
      ],
      [
        fixture.client().send(new sdk.DescribeClustersCommand({ include: ['FOO' as sdk.ClusterField] })),
        'include should be one of [ATTACHMENTS,CONFIGURATIONS,SETTINGS,STATISTICS,TAGS]',
      ],
      [
        fixture
          .client()
          .send(new sdk.PutAccountSettingDefaultCommand({ name: 'taskLongArnFormat', value: 'disabled' })),
        'You can no longer disable Long Arn settings',
      ],
    ];
    for (const [call, message] of calls)
      await expect(call).rejects.toMatchObject({ name: 'InvalidParameterException', message });
  });

  it('of several faults comes the first, in the words of AWS', async () => {
    const containers = ['a', 'b'].map((name) => ({ name, image: 'busybox' }));
    const register = new sdk.RegisterTaskDefinitionCommand({ family: 'f', containerDefinitions: containers });
    await expect(fixture.client().send(register)).rejects.toMatchObject({
      name: 'ClientException',
      message:
        "Invalid setting for container 'a'. At least one of 'memory' or 'memoryReservation' must be specified.",
    });
  });

  it('each answer has an id, which its line of the log has too', async () => {
    const { $metadata } = await fixture.client().send(create);
    expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    const lines = fixture.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({ request: $metadata.requestId, operation: 'CreateCluster', code: 'OK' }),
    );
  });

  it('a newer client is understood, and a value of a wrong type is refused by the protocol', async () => {
    const client = fixture.client();
    const newer = { ...create.input, newer: { member: 1 } };
    expect((await client.send(new sdk.CreateClusterCommand(newer))).cluster?.clusterName).toBe('prod');
    const wrongType = client.send(new sdk.RunTaskCommand({ taskDefinition: 'web', count: '2' as never }));
    await expect(wrongType).rejects.toMatchObject({
      name: 'SerializationException',
      message: 'STRING_VALUE cannot be converted to Integer',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('times are seconds on the wire', async () => {
    const { accessKey } = await fixture.made.engine.call('CreateAccessKey', { scope: 'run' });
    const url = new URL(fixture.endpoint);
    const body = JSON.stringify(definition());
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition',
    };
    const signed = signature({ url, headers, body }, accessKey, 'local', Date.now());
    const answer = await fetch(url, { method: 'POST', headers: { ...headers, ...signed }, body });
    expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    const { taskDefinition } = (await answer.json()) as { taskDefinition: { registeredAt: number } };
    expect(Math.abs(taskDefinition.registeredAt - Date.now() / 1000)).toBeLessThan(60);
  });

  it('a host that does not answer is told of, and is no fault of the server', async () => {
    const refused = register(fixture.client(), 'nowhere');
    await expect(refused).rejects.toBeInstanceOf(sdk.ClientException);
    await expect(refused).rejects.toThrow('nowhere unreachable');
  });

  it('a fault of the server is a ServerException without any of its words', async () => {
    fixture.made.store.list = async () => {
      throw new TypeError('secret of the inside');
    };
    const refused = fixture.client().send(list);
    await expect(refused).rejects.toBeInstanceOf(sdk.ServerException);
    await expect(refused).rejects.toMatchObject({
      message: expect.not.stringContaining('secret') as string,
      $metadata: { httpStatusCode: 500 },
    });
    expect(fixture.log.join('')).toContain('secret of the inside');
  });

  it('no secret is logged', async () => {
    const value = 'a very secret value';
    const input = definition();
    await fixture.client().send(
      new sdk.RegisterTaskDefinitionCommand({
        ...input,
        containerDefinitions: input.containerDefinitions?.map((one) => ({
          ...one,
          environment: [{ name: 'PASSWORD', value }],
        })),
      }),
    );
    expect(fixture.log.join('')).not.toContain(value);
  });
});
