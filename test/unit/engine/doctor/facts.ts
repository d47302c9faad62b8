import type { DoctorCheck } from '../../../../src/lib/api/operation-types.js';
import { examineHost } from '../../../../src/lib/engine/doctor/examine.js';
import type { HostFacts } from '../../../../src/lib/engine/doctor/facts.js';
import type { InstanceRecord } from '../../../../src/lib/engine/records.js';
import type { EngineInfo } from '../../../../src/lib/hosts/docker-host.js';
import { HostError, type HostFailure } from '../../../../src/lib/hosts/host-error.js';
import type { HostSurvey } from '../../../../src/lib/hosts/survey.js';
import { engineInfo } from '../../../fakes/fake-docker-host.js';
import { soundSight } from '../../../fakes/fake-hosts.js';

export const instance = {
  id: 'a1b2c3d4'.repeat(4),
  cluster: 'default',
  name: 'web1',
  hostKey: 'SHA256:web1',
} as InstanceRecord;

/** Facts of a host as it should be, but for what is given. */
export function factsOf(more: Partial<HostFacts> = {}): HostFacts {
  return {
    name: 'web1',
    address: { scheme: 'ssh', host: 'web1' },
    instance,
    sshConfigFile: undefined,
    connecting: 84.3,
    error: undefined,
    hostKey: 'SHA256:web1',
    sight: soundSight('web1'),
    info: { ...engineInfo },
    markers: [{ cluster: 'default', instanceId: instance.id, volume: 'longshore-marker' }],
    published: [],
    architectures: new Map([['x86_64', 1]]),
    ...more,
  };
}

export const withInfo = (info: Partial<EngineInfo>): HostFacts =>
  factsOf({ info: { ...engineInfo, ...info } });

export function withSurvey(survey: Partial<HostSurvey>, more: Partial<HostFacts> = {}): HostFacts {
  const sight = soundSight('web1');
  return factsOf({ sight: { ...sight, survey: { ...(sight.survey as HostSurvey), ...survey } }, ...more });
}

/** Facts of a host of which nothing but the failure is known. */
export const outOfReach = (kind: HostFailure, message = 'web1 unreachable: it is gone'): HostFacts =>
  factsOf({
    error: new HostError('web1', kind, message, 'do something'),
    sight: undefined,
    info: undefined,
    markers: undefined,
    published: undefined,
  });

/** What is found that isn't well. */
export const problems = (facts: HostFacts): DoctorCheck[] =>
  examineHost(facts).filter(({ status }) => status !== 'ok');
