import { expect, it } from 'vitest';
import { recordedIdentities } from '../../../../src/lib/engine/secrets/recorded-identities.js';
import { FakeHosts } from '../../../fakes/fake-hosts.js';
import { fakeHost, kit } from '../kit.js';

it('are those that hosts of all clusters were registered with', async () => {
  const files = { web1: '~/keys/deploy', web2: '~/keys/deploy', web3: '/keys/other', web4: undefined };
  const { engine, store } = kit({ hosts: new FakeHosts(Object.keys(files).map((name) => fakeHost(name))) });
  await engine.call('CreateCluster', { clusterName: 'other' });
  for (const [host, identityFile] of Object.entries(files)) {
    const place = { cluster: host === 'web1' ? 'default' : 'other', host };
    await engine.call('RegisterContainerInstance', { ...place, ...(identityFile && { identityFile }) });
  }
  expect((await recordedIdentities(store)).sort()).toEqual(['/keys/other', '~/keys/deploy']);
});
