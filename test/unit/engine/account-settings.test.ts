import { describe, expect, it } from 'vitest';
import type { SettingName } from '../../../src/lib/api/types.js';
import { cluster, definition, hostOf, kit, type Kit } from './kit.js';

const ann = 'arn:aws:iam::123456789012:user/team/ann';
const root = 'arn:aws:iam::000000000000:root';
const put = ({ engine }: Kit, name: SettingName, value: string, principalArn?: string) =>
  engine.call('PutAccountSetting', { name, value, principalArn });
const effective = async ({ engine }: Kit, name: SettingName, principalArn?: string) =>
  (await engine.call('ListAccountSettings', { name, principalArn, effectiveSettings: true })).settings?.[0];
const warnings = ({ events }: Kit) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

describe('account settings', () => {
  it('are ECS’s, all of them, with the values that hold here', async () => {
    const { engine } = kit();
    expect(await engine.call('ListAccountSettings', {})).toEqual({ settings: [] });
    const first = await engine.call('ListAccountSettings', { effectiveSettings: true });
    expect(first.settings).toHaveLength(10);
    const { nextToken } = first;
    const rest = await engine.call('ListAccountSettings', { effectiveSettings: true, nextToken });
    expect(rest.nextToken).toBeUndefined();
    const values = Object.fromEntries(
      [...(first.settings ?? []), ...(rest.settings ?? [])].map(({ name, value }) => [name, value]),
    );
    expect(values).toEqual({
      awsvpcTrunking: 'disabled',
      containerInsights: 'disabled',
      containerInstanceLongArnFormat: 'enabled',
      defaultLogDriverMode: 'blocking',
      fargateEventWindows: 'disabled',
      fargateFIPSMode: 'disabled',
      fargateTaskRetirementWaitPeriod: '7',
      guardDutyActivate: 'off',
      serviceLongArnFormat: 'enabled',
      tagResourceAuthorization: 'off',
      taskLongArnFormat: 'enabled',
    });
    expect(first.settings?.[0]).toEqual({
      name: 'awsvpcTrunking',
      value: 'disabled',
      principalArn: root,
      type: 'user',
    });
    await expect(engine.call('ListAccountSettings', { maxResults: 11 })).rejects.toMatchObject({
      message: 'maxResults must be between 1 and 10.',
    });
    await expect(engine.call('ListAccountSettings', { value: 'on' })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });

  it('are set for everybody, for one, and set back', async () => {
    const made = kit();
    const { engine } = made;
    const setting = { name: 'containerInsights', value: 'enabled', type: 'user' };
    expect(
      await engine.call('PutAccountSettingDefault', { name: 'containerInsights', value: 'enabled' }),
    ).toEqual({ setting: { ...setting, principalArn: root } });
    expect(warnings(made)).toEqual([]);
    const anns = { ...setting, value: 'enhanced', principalArn: 'arn:aws:iam::000000000000:user/team/ann' };
    expect(await put(made, 'containerInsights', 'enhanced', ann)).toEqual({ setting: anns });
    expect(warnings(made)).toEqual([expect.stringContaining('user/team/ann is kept and listed')]);
    expect((await effective(made, 'containerInsights'))?.value).toBe('enabled');
    expect(await engine.call('ListAccountSettings', { principalArn: ann })).toEqual({ settings: [anns] });
    expect(await engine.call('ListAccountSettings', { value: 'off', name: 'containerInsights' })).toEqual({
      settings: [],
    });
    const gone = await engine.call('DeleteAccountSetting', { name: 'containerInsights', principalArn: ann });
    expect(gone.setting).toEqual({ ...anns, value: 'enabled' });
    expect((await effective(made, 'containerInsights', ann))?.principalArn).toBe(root);
    await engine.call('DeleteAccountSetting', { name: 'containerInsights' });
    expect(await engine.call('ListAccountSettings', {})).toEqual({ settings: [] });
  });

  it.each<[SettingName, string, RegExp]>([
    ['taskLongArnFormat', 'disabled', /^taskLongArnFormat can't be disabled: ARNs and ids have the long/],
    ['guardDutyActivate', 'on', /^guardDutyActivate is AWS's own/],
    ['containerInsights', 'on', /^containerInsights takes enabled or disabled or enhanced, not "on"\.$/],
    ['fargateTaskRetirementWaitPeriod', '8', /takes 0 or 7 or 14/],
  ])('%s can’t be %s', async (name, value, message) => {
    await expect(put(kit(), name, value)).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: expect.stringMatching(message) as string,
    });
  });

  it('take only principals that there can be', async () => {
    for (const arn of ['ann', 'arn:aws:sts::1:assumed-role/a/b', 'arn:aws:iam::1:user/']) {
      await expect(put(kit(), 'taskLongArnFormat', 'enabled', arn)).rejects.toMatchObject({
        code: 'InvalidParameterException',
      });
    }
  });

  it('that mean something inside AWS only say so', async () => {
    const made = kit();
    await put(made, 'awsvpcTrunking', 'enabled');
    expect(warnings(made)).toEqual([
      expect.stringMatching(/^awsvpcTrunking is kept and listed, and changes/),
    ]);
    expect((await effective(made, 'awsvpcTrunking'))?.value).toBe('enabled');
  });

  it('containerInsights is the setting of new clusters that don’t say', async () => {
    const made = kit();
    await put(made, 'containerInsights', 'enhanced');
    const said = await made.engine.call('CreateCluster', {
      clusterName: 'a',
      settings: [{ name: 'containerInsights', value: 'disabled' }],
    });
    const unsaid = await made.engine.call('CreateCluster', { clusterName: 'b' });
    expect(said.cluster?.settings?.[0]?.value).toBe('disabled');
    expect(unsaid.cluster?.settings?.[0]?.value).toBe('enhanced');
  });

  it('defaultLogDriverMode is the mode of log drivers that don’t say', async () => {
    const made = await cluster(['web1']);
    const logging = (options?: Record<string, string>) => ({
      logConfiguration: { logDriver: 'json-file' as const, ...(options && { options }) },
    });
    const families = {
      unsaid: logging({ 'max-size': '1m' }),
      said: logging({ mode: 'blocking' }),
      none: {},
    };
    for (const [family, more] of Object.entries(families))
      await made.engine.call('RegisterTaskDefinition', definition(family, more));
    await put(made, 'defaultLogDriverMode', 'non-blocking');
    for (const taskDefinition of Object.keys(families)) await made.engine.call('RunTask', { taskDefinition });
    const configs = [...hostOf(made, 'web1').containers.values()].map(
      ({ options }) => (options.HostConfig?.LogConfig as { Config?: object } | undefined)?.Config,
    );
    expect(configs).toEqual([
      { mode: 'non-blocking', 'max-size': '1m', 'max-file': '5' },
      { mode: 'blocking', 'max-size': '20m', 'max-file': '5' },
      { 'max-size': '20m', 'max-file': '5' },
    ]);
  });
});
