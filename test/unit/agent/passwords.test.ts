import { describe, expect, it } from 'vitest';
import { containerLabels } from '../../../src/lib/agent/labels.js';
import { hidePasswords, lacksPassword, withoutPasswords } from '../../../src/lib/agent/passwords.js';
import type { Volume } from '../../../src/lib/api/types.js';
import { taskSpec } from './task-spec.js';

const secret = 's3cret-value';

describe('passwords of volumes', () => {
  const volume = (driverOpts: Record<string, string>): Volume => ({
    name: 'share',
    dockerVolumeConfiguration: { driverOpts },
  });

  it('stand in no label, and are missed', () => {
    const driverOpts = { type: 'cifs', o: `addr=10.0.0.1,username=a,password=${secret}`, apiKey: secret };
    const spec = taskSpec();
    const whole = { ...spec, definition: { ...spec.definition, volumes: [volume(driverOpts)] } };
    expect(JSON.stringify(containerLabels(whole, 'main', true))).not.toContain(secret);
    const hidden = withoutPasswords(volume(driverOpts));
    expect(hidden).toEqual(volume({ type: 'cifs', o: 'addr=10.0.0.1,username=a,password=', apiKey: '' }));
    expect([hidden, volume(driverOpts)].map(lacksPassword)).toEqual([true, false]);
    const open = volume({ type: 'nfs', o: 'addr=10.0.0.1,ro', device: ':/x' });
    expect(withoutPasswords(open)).toEqual(open);
    const words = `mount //a, data: addr=10.0.0.1,username=a,password=${secret}: no such device`;
    expect(hidePasswords(words, [volume(driverOpts)])).toBe(words.replace(secret, '…'));
    expect(hidePasswords(words, [open])).toBe(words);
    const url = volume({ type: 'davfs', device: `https://ann:${secret}@dav.test/x` });
    expect(withoutPasswords(url)).toEqual(volume({ type: 'davfs', device: 'https://ann:@dav.test/x' }));
    expect([withoutPasswords(url), url].map(lacksPassword)).toEqual([true, false]);
    expect(hidePasswords(`can't mount https://ann:${secret}@dav.test`, [url])).not.toContain(secret);
    expect(hidePasswords(`no driver takes ${secret}, or no`, [], [secret, 'no'])).toBe(
      'no driver takes …, or no',
    );
    expect([open, { name: 'plain' }].map(lacksPassword)).toEqual([false, false]);
  });

  it('of log drivers stand in no label either', () => {
    const options = { 'loki-url': `https://ann:${secret}@logs.test/push`, 'splunk-token': secret, tag: 'a' };
    const containers = [{ logConfiguration: { logDriver: 'loki' as 'splunk', options } }];
    const labels = containerLabels(taskSpec({ containers }), 'main', true);
    expect(JSON.stringify(labels)).not.toContain(secret);
    expect(labels['longshore.definition']).toContain('"tag":"a"');
  });
});
