import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containerOptions } from '../../../src/lib/agent/container-options.js';
import { containerLabels, resourcesOf } from '../../../src/lib/agent/labels.js';
import { recoverTasks } from '../../../src/lib/agent/recover.js';
import type { TaskSpec } from '../../../src/lib/agent/types.js';
import type { ContainerDetails } from '../../../src/lib/hosts/docker-host.js';
import { taskSpec, tcp } from './task-spec.js';

const secret = 's3cret-value';

describe('labels', () => {
  it('carry ECS’s names and ours, and the definition once', () => {
    const spec = taskSpec({ containers: [{ name: 'web' }, { name: 'db' }] });
    expect(containerLabels(spec, 'db', false)).toEqual({
      'com.amazonaws.ecs.cluster': 'default',
      'com.amazonaws.ecs.container-name': 'db',
      'com.amazonaws.ecs.task-arn': spec.arn,
      'com.amazonaws.ecs.task-definition-family': 'app',
      'com.amazonaws.ecs.task-definition-version': '3',
      'longshore.task-id': spec.id,
      'longshore.cluster': 'default',
      'longshore.instance-id': 'instance-1',
      'longshore.container': 'db',
      'longshore.definition-hash': spec.definitionHash,
      'longshore.resources': '{"cpu":128,"memory":64,"gpus":0,"ports":[]}',
    });
    const first = containerLabels(spec, 'web', true);
    expect(Object.keys(first)).toEqual(expect.arrayContaining(['longshore.definition', 'longshore.task']));
  });

  it('hold no value of the environment', () => {
    const environment = [{ name: 'PASSWORD', value: secret }];
    const overrides = { containerOverrides: [{ name: 'main', environment }] };
    const labels = containerLabels(taskSpec({ containers: [{ environment }], overrides }), 'main', true);
    expect(JSON.stringify(labels)).not.toContain(secret);
    expect(JSON.stringify(labels)).toContain('PASSWORD');
  });

  it('of others are not read', () => {
    expect(resourcesOf({})).toBeUndefined();
    expect(resourcesOf({ 'longshore.task-id': 'x', 'longshore.resources': 'nonsense' })).toBeUndefined();
  });
});

describe('recoverTasks', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const { tasks, definitions, unreadable } = recoverTasks(containersOf(spec).reverse());
        expect(unreadable).toEqual([]);
        expect(tasks).toHaveLength(1);
        expect(tasks[0]?.partial).toBe(false);
        const { definition, ...rest } = clean(tasks[0]!.spec);
        const { definition: original, ...given } = clean(spec);
        expect(rest).toEqual(given);
        // What the task overrides can't be seen; everything else is as it was.
        const unknown = definitions[0]?.unknown ?? [];
        expect(unknown).toEqual(overriddenIn(spec));
        expect(definition).toEqual(withoutUnknown(original, unknown));
      }),
      { numRuns: 300 },
    );
  });

  it('learns from other tasks what one overrides', () => {
    const environment = [{ name: 'MODE', value: 'plain' }];
    const overrides = {
      containerOverrides: [{ name: 'main', environment: [{ name: 'MODE', value: 'special' }] }],
    };
    const plain = taskSpec({ containers: [{ environment }] });
    const special = taskSpec({ containers: [{ environment }], overrides });
    const { tasks, definitions } = recoverTasks([...containersOf(special), ...containersOf(plain)]);
    expect(definitions).toMatchObject([{ unknown: [] }]);
    expect(definitions[0]?.definition.containerDefinitions?.[0]?.environment).toEqual(environment);
    expect(tasks[0]?.spec.overrides).toEqual(overrides);
  });

  it('does without the container that carried the definition, where another task carries it too', () => {
    const task = { containers: [{ name: 'web' }, { name: 'db', environment: [{ name: 'A', value: '1' }] }] };
    const [whole, broken] = [taskSpec(task), taskSpec({ ...task, startedBy: 'me' })];
    const { tasks } = recoverTasks([...containersOf(whole), containersOf(broken)[1]!]);
    expect(tasks[1]).toMatchObject({ partial: true, spec: { id: broken.id, group: 'family:app' } });
    expect(tasks[1]?.spec.definition).toEqual(whole.definition);
  });

  it('says what it can’t read', () => {
    const [, orphan] = containersOf(taskSpec({ containers: [{ name: 'web' }, { name: 'db' }] }));
    const bare = { ...orphan!, id: 'bare', labels: { 'longshore.task-id': 'x' } };
    expect(recoverTasks([orphan!, bare])).toMatchObject({
      tasks: [],
      unreadable: [
        { id: 'bare', why: 'its labels are incomplete' },
        { id: orphan!.id, why: 'no container on the hosts carries its definition' },
      ],
    });
  });
});

const word = fc.stringMatching(/^[a-zA-Z_]{1,8}$/);
const variables = fc.uniqueArray(fc.record({ name: word, value: fc.string() }), {
  selector: (v) => v.name,
  maxLength: 4,
});
const containerNames = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 3 });

const specs: fc.Arbitrary<TaskSpec> = containerNames.chain((names) =>
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
    })
    .map(({ environments, overrides, command, labels, tags, startedBy, hostPort }) => {
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
      return taskSpec({
        containers,
        overrides: { cpu: '256', containerOverrides },
        bindings,
        tags,
        startedBy,
      });
    }),
);

/** What an engine shows of the task's containers, with the image's own variables beside the task's. */
function containersOf(spec: TaskSpec): ContainerDetails[] {
  return (spec.definition.containerDefinitions ?? []).map((definition, index) => {
    const labels = containerLabels(spec, definition.name ?? '', index === 0);
    const options = containerOptions(spec, definition, labels);
    const details: Partial<ContainerDetails> = {
      id: `${spec.id}-${definition.name}`,
      name: `${spec.id}-${definition.name}`,
      created: spec.createdAt,
      labels: options.Labels,
      env: [...(options.Env ?? []), 'PATH=/bin'],
      ports: [],
    };
    return details as ContainerDetails;
  });
}

function overriddenIn(spec: TaskSpec): { container: string; name: string }[] {
  return (spec.definition.containerDefinitions ?? []).flatMap(
    ({ name: container = '', environment = [] }) => {
      const override = spec.overrides.containerOverrides?.find((part) => part.name === container);
      const isHidden = (name: string) => override?.environment?.some((pair) => pair.name === name);
      return environment
        .filter(({ name = '' }) => isHidden(name))
        .map(({ name = '' }) => ({ container, name }));
    },
  );
}

function withoutUnknown(
  definition: TaskSpec['definition'],
  unknown: { container: string; name: string }[],
): TaskSpec['definition'] {
  const isUnknown = (container: string | undefined, name: string | undefined) =>
    unknown.some((one) => one.container === container && one.name === name);
  return {
    ...definition,
    containerDefinitions: definition.containerDefinitions?.map((part) => ({
      ...part,
      ...(part.environment && {
        environment: part.environment.map((pair) =>
          isUnknown(part.name, pair.name) ? { name: pair.name } : pair,
        ),
      }),
    })),
  };
}

/** Without members that are undefined. */
function clean<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
