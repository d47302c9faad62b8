import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/hosts/failures.js';
import { hostError } from '../../../src/lib/hosts/failure-words.js';

describe('hostError', () => {
  const refused = new Failure('keys-refused', { place: 'deploy@10.0.0.3', detail: 'no key of the agent' });

  it('says which host, by which way, why, and what to do', () => {
    const error = hostError('web3', refused, 'bastion');
    expect(`${error.message}; ${error.remedy}`).toBe(
      'web3 unreachable via bastion: no key of the agent was accepted; ' +
        'run ssh-add with a key that deploy@10.0.0.3 accepts, or add yours to its ~/.ssh/authorized_keys',
    );
    expect(error).toMatchObject({
      host: 'web3',
      kind: 'auth',
      isOutage: true,
      status: undefined,
      cause: refused,
    });
  });

  it('says where on the way', () => {
    const onTheWay = refused.onTheWay('bastion').onTheWay('further');
    expect(hostError('web3', onTheWay, 'bastion').message).toBe(
      'web3 unreachable: jump host bastion: no key of the agent was accepted',
    );
  });

  it('does not call a host unreachable whose engine is not there', () => {
    const error = hostError('web3', new Failure('no-engine', { path: '/var/run/docker.sock' }), 'bastion');
    expect(error.message).toBe('web3: no Docker engine answers at /var/run/docker.sock');
  });

  it('names the user who lacks the group', () => {
    const error = hostError('web3', new Failure('socket-denied', { place: 'deploy@web3:2222', path: '/s' }));
    expect(error.remedy).toBe('run usermod -aG docker deploy there as root, or name another user');
  });
});
