import { expect, it } from 'vitest';
import { FakeHosts } from '../../fakes/fake-hosts.js';
import { fakeHost, kit } from './kit.js';

it('published ports are shown with what the SSH configuration calls the host, unless the user says otherwise', async () => {
  const hosts = new FakeHosts(['web1', 'web2'].map((name) => fakeHost(name)));
  hosts.networkNames.set('web1', '10.0.0.11');
  const { engine } = kit({ hosts });
  const address = async (host: string, more: { publishAddress?: string } = {}) => {
    const { containerInstance } = await engine.call('RegisterContainerInstance', { host, ...more });
    return containerInstance?.attributes?.find(({ name }) => name === 'longshore.publish-address')?.value;
  };
  expect(await address('web1')).toBe('10.0.0.11');
  // Behind a jump host nothing else is known.
  expect(await address('web2')).toBe('web2');
  expect(await address('web1', { publishAddress: 'web1.example.com' })).toBe('web1.example.com');
  // What was said stays said.
  expect(await address('web1')).toBe('web1.example.com');
});
