import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../../src/lib/api/types.js';
import { cluster, definition, idOf, type Kit } from './kit.js';

const put = ({ engine }: Kit, ...attributes: Attribute[]) => engine.call('PutAttributes', { attributes });
const remove = ({ engine }: Kit, ...attributes: Attribute[]) =>
  engine.call('DeleteAttributes', { attributes });
const list = async ({ engine }: Kit, attributeName?: string, attributeValue?: string) =>
  engine.call('ListAttributes', { targetType: 'container-instance', attributeName, attributeValue });
const run = ({ engine }: Kit, expression: string) =>
  engine.call('RunTask', {
    taskDefinition: 'web',
    placementConstraints: [{ type: 'memberOf', expression }],
  });
const arnOf = async ({ engine }: Kit, name: string) =>
  (await engine.call('DescribeContainerInstances', { containerInstances: [name] })).containerInstances?.[0]
    ?.containerInstanceArn ?? '';

describe('PutAttributes and DeleteAttributes', () => {
  it('change where tasks may go at once', async () => {
    const made = await cluster(['web1', 'web2']);
    await made.engine.call('RegisterTaskDefinition', definition());
    expect((await run(made, 'attribute:disk == ssd')).failures).toHaveLength(1);
    const targetId = await arnOf(made, 'web2');
    expect(await put(made, { name: 'disk', value: 'ssd', targetId: 'web2' })).toEqual({
      attributes: [{ name: 'disk', value: 'ssd', targetId }],
    });
    const { tasks = [] } = await run(made, 'attribute:disk == ssd');
    expect(tasks.map((task) => task.containerInstanceArn)).toEqual([targetId]);
    await put(made, { name: 'disk', value: 'hdd', targetId, targetType: 'container-instance' });
    expect((await list(made, 'disk')).attributes).toEqual([{ name: 'disk', value: 'hdd', targetId }]);
    expect(await remove(made, { name: 'disk', targetId: idOf(targetId) })).toEqual({
      attributes: [{ name: 'disk', value: 'hdd', targetId }],
    });
    expect((await run(made, 'attribute:disk exists')).failures).toHaveLength(1);
    expect(await remove(made, { name: 'disk', targetId: 'web2' })).toEqual({ attributes: [] });
  });

  it('stay when the host is registered again', async () => {
    const made = await cluster(['web1']);
    await put(made, { name: 'canary', targetId: 'web1' });
    await made.engine.call('RegisterContainerInstance', { host: 'web1' });
    expect((await list(made, 'canary')).attributes).toMatchObject([{ name: 'canary' }]);
  });

  it('set what AWS would know of its machines, and nothing else that is found out', async () => {
    const made = await cluster(['web1']);
    await put(made, { name: 'ecs.instance-type', value: 'm5.large', targetId: 'web1' });
    for (const name of ['ecs.availability-zone', 'longshore.host', 'com.amazonaws.ecs.capability.x']) {
      for (const change of [put, remove]) {
        await expect(change(made, { name, targetId: 'web1' }), name).rejects.toMatchObject({
          code: 'InvalidParameterException',
          message: expect.stringContaining(`The attribute ${name} is found out`) as string,
        });
      }
    }
  });

  it.each<[string, Attribute, RegExp]>([
    ['InvalidParameterException', { name: 'a b', targetId: 'web1' }, /^The name of an attribute is "a b"/],
    ['InvalidParameterException', { name: '', targetId: 'web1' }, /^The name of an attribute/],
    ['InvalidParameterException', { name: 'a', value: ' x', targetId: 'web1' }, /^The value of the attr/],
    ['InvalidParameterException', { name: 'a', value: '', targetId: 'web1' }, /^The value of the attr/],
    ['InvalidParameterException', { name: 'a', value: 'x'.repeat(129), targetId: 'web1' }, /longer than/],
    ['InvalidParameterException', { name: 'a' }, /^The attribute a has no targetId\.$/],
    ['TargetNotFoundException', { name: 'a', targetId: 'web9' }, /^The specified target was not found: web9/],
  ])('are refused: %s, %j', async (code, attribute, message) => {
    const made = await cluster(['web1']);
    await expect(put(made, attribute)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('are all done or none: ten of a host’s own at most', async () => {
    const made = await cluster(['web1', 'web2']);
    const some = (from: number, count: number, targetId = 'web1') =>
      Array.from({ length: count }, (_, i) => ({ name: `a${from + i}`, targetId }));
    await put(made, ...some(0, 9));
    await expect(put(made, ...some(0, 1, 'web2'), ...some(9, 2))).rejects.toMatchObject({
      code: 'AttributeLimitExceededException',
      message: 'web1 would have more than 10 attributes of your own.',
    });
    expect((await list(made, 'a0')).attributes).toHaveLength(1);
    await put(made, ...some(0, 10));
    await expect(put(made, ...some(0, 11))).rejects.toMatchObject({ code: 'InvalidParameterException' });
    await expect(put(made, { name: 'a', targetId: 'none' })).rejects.toMatchObject({
      code: 'TargetNotFoundException',
    });
  });
});

describe('ListAttributes', () => {
  it('lists built-in ones too, by name and value', async () => {
    const made = await cluster(['web1', 'web2']);
    await put(made, { name: 'stack', value: 'prod', targetId: 'web1' }, { name: 'stack', targetId: 'web2' });
    expect((await list(made, 'ecs.os-type', 'linux')).attributes).toHaveLength(2);
    expect((await list(made, 'stack')).attributes).toHaveLength(2);
    expect((await list(made, 'stack', 'prod')).attributes).toHaveLength(1);
    expect(await list(made, 'none')).toEqual({ attributes: [] });
    await expect(list(made, undefined, 'prod')).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });

  it('gives each attribute of each host once, over pages of any size', async () => {
    const made = await cluster(['web1', 'web2', 'web3']);
    const pages = async (maxResults?: number): Promise<Attribute[]> => {
      const found: Attribute[] = [];
      let nextToken: string | undefined;
      do {
        const page = await made.engine.call('ListAttributes', {
          targetType: 'container-instance',
          maxResults,
          nextToken,
        });
        found.push(...(page.attributes ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return found;
    };
    const all = await pages();
    expect(all.length).toBeGreaterThan(100);
    expect(new Set(all.map(({ name, targetId }) => `${name} ${targetId}`)).size).toBe(all.length);
    expect(await pages(1)).toEqual(all);
    expect(await pages(7)).toEqual(all);
  });
});

it('UpdateContainerAgent finds nothing to update', async () => {
  const { engine } = await cluster(['web1']);
  await expect(engine.call('UpdateContainerAgent', { containerInstance: 'web1' })).rejects.toMatchObject({
    code: 'NoUpdateAvailableException',
  });
  await expect(engine.call('UpdateContainerAgent', { containerInstance: 'web9' })).rejects.toMatchObject({
    code: 'InvalidParameterException',
  });
});
