import fc from 'fast-check';
import type { TaskSpec } from '../../../src/lib/agent/types.js';
import type { Volume } from '../../../src/lib/api/types.js';
import { registered, taskSpec as bareSpec, tcp } from './task-spec.js';

/** As an engine has it: registered, with what registration fills in. */
export function registeredSpec(change: Parameters<typeof bareSpec>[0] = {}): TaskSpec {
  const spec = bareSpec({
    ...change,
    containers: (change.containers ?? [{}]).map((one) => ({ memory: 64, ...one })),
  });
  return registered(spec);
}

const word = fc.stringMatching(/^[a-zA-Z_]{1,8}$/);
const variables = fc.uniqueArray(fc.record({ name: word, value: fc.string() }), {
  selector: (v) => v.name,
  maxLength: 4,
});
const containerNames = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 3 });

/** Tasks of all kinds, as an engine has them. */
export const specs: fc.Arbitrary<TaskSpec> = containerNames.chain((names) =>
  fc
    .record({
      environments: fc.array(fc.option(variables, { nil: undefined }), {
        minLength: names.length,
        maxLength: names.length,
      }),
      overrides: fc.array(fc.option(variables, { nil: undefined }), {
        minLength: names.length,
        maxLength: names.length,
      }),
      command: fc.array(fc.string()),
      labels: fc.dictionary(word, fc.string()),
      tags: fc.array(fc.record({ key: fc.string(), value: fc.string() })),
      startedBy: fc.option(fc.string(), { nil: undefined }),
      hostPort: fc.integer({ min: 1, max: 65_535 }),
      driverOpts: fc.dictionary(fc.constantFrom('type', 'o', 'device'), fc.stringMatching(/^[a-o=,]{0,9}$/)),
    })
    .map(({ environments, overrides, command, labels, tags, startedBy, hostPort, driverOpts }) => {
      const containers = names.map((name, i) => ({
        name,
        environment: environments[i],
        dockerLabels: labels,
        command,
      }));
      const containerOverrides = names
        .map((name, i) => ({ name, environment: overrides[i], command }))
        .filter(({ environment }) => environment);
      const bindings = { [names[0]!]: [tcp(hostPort)] };
      const spec = registeredSpec({
        containers,
        overrides: { cpu: '256', containerOverrides },
        bindings,
        tags,
        startedBy,
      });
      const volumes: Volume[] = [
        { name: 'own', host: {} },
        {
          name: 'shared',
          dockerVolumeConfiguration: {
            scope: 'shared',
            autoprovision: true,
            driver: 'x',
            driverOpts,
            labels,
          },
        },
      ];
      return { ...spec, definition: { ...spec.definition, volumes } };
    }),
);
