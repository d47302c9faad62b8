import * as sdk from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OperationFacts, operationNames, Operations } from '../../src/lib/api/operations.js';
import { unsupportedOperations } from '../../src/lib/api/other-operations.js';
import { capacityContract } from './ecs-api-capacity.contract.js';
import { clustersContract } from './ecs-api-clusters.contract.js';
import { definitionsContract } from './ecs-api-definitions.contract.js';
import type { Called, EcsFixture } from './ecs-api.fixtures.js';
import { servicesContract } from './ecs-api-services.contract.js';
import { tasksContract } from './ecs-api-tasks.contract.js';
import { toolsContract } from './ecs-api-tools.contract.js';

export interface EcsApi {
  /** One with nothing in it. */
  open(called: Called): Promise<EcsFixture>;
  /** RunTask and its like answer when what they began has ended: as a command of the CLI has it. */
  waits: boolean;
}

/** What the tests of a part get. `ecs()`: a client of the fixture of the test that runs. */
export interface Part {
  ecs: (region?: string) => sdk.ECSClient;
  fixture: () => EcsFixture;
  waits: boolean;
}

const facts: Record<string, OperationFacts> = Operations;

/** ECS as AWS's own SDK sees it: the same over each way to an engine. */
export function ecsApiContract(name: string, { open, waits }: EcsApi): void {
  describe(`ECS by the SDK: ${name}`, () => {
    const called: Called = new Set();
    let fixture: EcsFixture;
    beforeEach(async () => void (fixture = await open(called)));
    afterEach(() => fixture.remove());
    const part: Part = { ecs: (region) => fixture.client(region), fixture: () => fixture, waits };

    clustersContract(part);
    definitionsContract(part);
    tasksContract(part);
    servicesContract(part);
    capacityContract(part);
    toolsContract(part);

    it.each(Object.keys(unsupportedOperations))('%s is refused by name', async (operation) => {
      const { [`${operation}Command`]: command } = sdk as unknown as Record<
        string,
        new (input: object) => never
      >;
      if (command === undefined) throw new Error(`the SDK has no ${operation}`);
      const refused = fixture.client().send(new command({}));
      await expect(refused).rejects.toBeInstanceOf(sdk.UnsupportedFeatureException);
      await expect(refused).rejects.toMatchObject({
        name: 'UnsupportedFeatureException',
        message: `${operation} is not supported: ${unsupportedOperations[operation]}.`,
      });
    });

    it('has called every operation', () => {
      const ofEcs = operationNames.filter((operation) => !facts[operation]?.ours);
      expect([...called].sort()).toEqual([...ofEcs, ...Object.keys(unsupportedOperations)].sort());
    });
  });
}
