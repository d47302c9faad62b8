import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containerOptions } from '../../../src/lib/agent/container-options.js';
import { containerLabels } from '../../../src/lib/agent/labels.js';
import { resourcesOf } from '../../../src/lib/agent/read-labels.js';
import { recoverTasks } from '../../../src/lib/agent/recover.js';
import type { TaskSpec } from '../../../src/lib/agent/types.js';
import type { ContainerDetails } from '../../../src/lib/hosts/container-types.js';
import { cases } from '../../cases.js';
import { registeredSpec as taskSpec, specs } from './recoverable-specs.js';

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
      // A container has those labels of its image that it isn't given itself.
      'longshore.definition': '',
      'longshore.task': '',
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
    const ours = containerLabels(taskSpec(), 'main', false);
    expect(resourcesOf(ours)).toEqual({ cpu: 128, memory: 64, gpus: 0, ports: [] });
    const withGpus = (gpuIds: unknown) => ({
      ...ours,
      'longshore.resources': JSON.stringify({ cpu: 1, memory: 1, gpus: 2, gpuIds, ports: [] }),
    });
    expect(resourcesOf(withGpus([0, 3]))).toMatchObject({ gpus: 2, gpuIds: [0, 3] });
    for (const ids of [[-1], [1.5], ['0'], [5000], {}]) expect(resourcesOf(withGpus(ids))).toBeUndefined();
    const wrong = [
      '{"cpu":-1,"memory":1,"gpus":0,"ports":[]}',
      '{"cpu":1e999,"memory":1,"gpus":0,"ports":[]}',
      '{"cpu":"1","memory":1,"gpus":0,"ports":[]}',
      '{"cpu":1,"memory":1,"gpus":0,"ports":"tcp/80"}',
      '{"cpu":1,"memory":1,"gpus":0,"ports":[80]}',
      '{"cpu":1,"memory":1,"gpus":0,"ports":["tcp/65536"]}',
      '{"cpu":1,"memory":1,"gpus":0}',
      'null',
      '[]',
    ];
    for (const resources of wrong)
      expect(resourcesOf({ ...ours, 'longshore.resources': resources })).toBeUndefined();
    expect(resourcesOf({ ...ours, 'longshore.task-id': 'nonsense' })).toBeUndefined();
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
      cases(75),
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
        { id: 'bare', why: 'its label longshore.task-id is not valid' },
        { id: orphan!.id, why: 'no container on the hosts carries its definition' },
      ],
    });
  });

  it.each([
    ['longshore.task-id', '../../x'],
    ['longshore.container', 'a b'],
    ['longshore.container', 'stranger'],
    ['longshore.cluster', '\u001b[2J'],
    ['longshore.definition-hash', ''],
    ['longshore.resources', '{"cpu":1,"memory":1,"gpus":0,"ports":{}}'],
    ['com.amazonaws.ecs.task-definition-family', 'other'],
    ['com.amazonaws.ecs.task-definition-version', '0'],
    ['com.amazonaws.ecs.task-definition-version', '4'],
    ['com.amazonaws.ecs.task-definition-version', '1e3'],
    ['longshore.definition', 'null'],
    ['longshore.definition', '[]'],
    ['longshore.definition', '{'],
    ['longshore.definition', '{"family":"app","revision":3}'],
    ['longshore.definition', '{"family":"app","revision":3,"containerDefinitions":{}}'],
    ['longshore.definition', '{"family":"app","revision":3,"containerDefinitions":[null]}'],
    ['longshore.definition', '{"family":"app","revision":3,"containerDefinitions":[{"name":"main"}]}'],
    ['longshore.definition', `{"family":"app","revision":3,"taskDefinition":${definitionText({})}}`],
    ['longshore.definition', definitionText({ cpu: -1 })],
    ['longshore.definition', definitionText({ command: 'x' })],
    ['longshore.definition', definitionText({ environment: { length: 1 } })],
    ['longshore.definition', definitionText({ name: '__proto__ x' })],
    ['longshore.definition', '{"__proto__":{"family":"app"}}'],
  ])('takes nothing from a container whose %s is %s', (name, value) => {
    const [container] = containersOf(taskSpec());
    const labels = { ...container!.labels, [name]: value };
    const { tasks, definitions, unreadable } = recoverTasks([{ ...container!, labels }]);
    expect(tasks).toEqual([]);
    expect(unreadable[0]?.why).toMatch(/^(its|no) /);
    expect(definitions.map(({ definition }) => definition.family)).toEqual(definitions.map(() => 'app'));
  });

  it.each([
    'null',
    '{}',
    facts({ group: 1 }),
    facts({ tags: {} }),
    facts({ tags: [null] }),
    facts({ bindings: [] }),
    facts({ bindings: { main: 'x' } }),
    facts({ bindings: { main: [{ bindIP: '\u001b', containerPort: 1, hostPort: 1, protocol: 'tcp' }] } }),
    facts({ overrides: null }),
    facts({ overrides: { containerOverrides: [{ name: 'main', cpu: -5 }] } }),
    facts({ overrides: { containerOverrides: [{ name: 'main', environment: [{ name: 7 }] }] } }),
    facts({ createdAt: -1 }),
    facts({ createdAt: 1e16 }),
    facts({ group: 'g'.repeat(256) }),
    facts({ startedBy: 's'.repeat(256) }),
    facts({}).replace('{', '{"__proto__":{"polluted":1},'),
  ])('guesses at facts that can’t be read: %s', (text) => {
    const [container] = containersOf(taskSpec());
    const labels = { ...container!.labels, 'longshore.task': text };
    const { tasks, unreadable } = recoverTasks([{ ...container!, labels }]);
    expect(unreadable).toMatchObject([{ why: 'its label longshore.task is not valid' }]);
    expect(tasks).toMatchObject([{ partial: true, spec: { group: 'family:app', tags: [], overrides: {} } }]);
    expect({}).not.toHaveProperty('polluted');
  });

  it('says why registration would refuse a definition', () => {
    const [container] = containersOf(taskSpec());
    const labels = { ...container!.labels, 'longshore.definition': definitionText({ memory: 1 }) };
    expect(recoverTasks([{ ...container!, labels }]).unreadable[0]?.why).toContain(
      "its definition would not be registered: Invalid 'memory' setting for container 'main'.",
    );
  });

  it('lets one bad container not spoil its neighbours', () => {
    const [good, bad] = [taskSpec({ definitionHash: 'b'.repeat(64) }), taskSpec()].map(
      (spec) => containersOf(spec)[0]!,
    );
    const broken = { ...bad!, labels: { ...bad!.labels, 'longshore.resources': '-1' } };
    const { tasks, unreadable } = recoverTasks([broken, good!]);
    expect(tasks.map(({ spec }) => spec.id)).toEqual([good!.labels['longshore.task-id']]);
    expect(unreadable).toHaveLength(1);
  });
});

function definitionText(change: object): string {
  const { definition } = taskSpec();
  const containers = definition.containerDefinitions?.map((part) => ({ ...part, ...change }));
  return JSON.stringify({ ...definition, containerDefinitions: containers });
}

function facts(change: object): string {
  const all = { group: 'g', createdAt: 1, tags: [], bindings: {}, overrides: {} };
  return JSON.stringify({ ...all, ...change });
}

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
