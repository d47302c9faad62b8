import { useFastTime } from '../fakes/fake-time.js';
import { ecsApiContract } from './ecs-api.contract.js';
import { openLocalEcs } from './ecs-api.fixtures.js';

useFastTime();

ecsApiContract('the engine of a command', {
  open: (called) => openLocalEcs(called, { waits: true }),
  waits: true,
});
