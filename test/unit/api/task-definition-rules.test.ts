import { describe, expect, it } from 'vitest';
import { definitionFaults } from '../../../src/lib/api/task-definition-rules.js';
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '../../../src/lib/api/types.js';

const app: ContainerDefinition = { name: 'app', image: 'nginx', memory: 128 };
const side: ContainerDefinition = { name: 'side', image: 'busybox', memory: 64 };

const faults = (containers: ContainerDefinition[], more: Partial<RegisterTaskDefinitionRequest> = {}) =>
  definitionFaults({ family: 'web', ...more, containerDefinitions: containers });
/** In ECS's words; what helps and where it is comes after them. */
const problems = (...given: Parameters<typeof faults>) => faults(...given).map(({ text }) => text);
const ofApp = (members: ContainerDefinition, more?: Partial<RegisterTaskDefinitionRequest>) =>
  problems([{ ...app, ...members }], more);

it('finds nothing wrong with a plain definition', () => {
  expect(problems([app, side])).toEqual([]);
});

describe('names', () => {
  it.each([
    ['', 'Family can not be blank.'],
    ['a b', 'Family contains invalid characters.'],
    ['a'.repeat(256), 'Family longer than 255.'],
  ])('family %.10j', (family, problem) => {
    expect(problems([app], { family })).toEqual([problem]);
  });

  it.each([
    [{ name: undefined }, 'Container.name should not be null or empty.'],
    [{ name: 'a.b' }, 'Container.name contains invalid characters.'],
    [{ name: 'a'.repeat(256) }, 'Container.name longer than 255.'],
    [{ image: '' }, 'Container.image should not be null or empty.'],
    [{ image: 'a b' }, 'Container.image contains invalid characters.'],
    [{ image: '-rm' }, 'Container.image contains invalid characters.'],
  ])('%j', (members, problem) => {
    expect(ofApp(members)).toEqual([problem]);
  });

  it.each([
    'nginx',
    'nginx:1.27',
    'reg.local:5000/team/app:v1_2',
    'a/b@sha256:abc',
    'public.ecr.aws/x/y:latest',
  ])('image %s', (image) => {
    expect(ofApp({ image })).toEqual([]);
  });
});

describe('the list of containers', () => {
  it('needs one, different names and an essential one', () => {
    expect(problems([])).toEqual(['Container list cannot be empty.']);
    expect(problems([app, app])).toEqual(['Container names must be unique within a Task Definition.']);
    expect(ofApp({ essential: false })).toEqual([
      'A task definition must have at least one essential container.',
    ]);
    expect(problems([{ ...app, essential: false }, side])).toEqual([]);
  });

  it('may be longer than ten', () => {
    expect(problems(Array.from({ length: 40 }, (_, i) => ({ ...app, name: `app${i}` })))).toEqual([]);
  });

  it("fits into ECS's 64 KiB", () => {
    const large = ofApp({ environment: [{ name: 'A', value: 'x'.repeat(65_536) }] });
    expect(large).toHaveLength(1);
    expect(large[0]).toMatch(/^Actual length: '\d+'\. Max allowed length is '65536' bytes\.$/);
  });
});

describe('memory and cpu', () => {
  it.each<[ContainerDefinition, string[]]>([
    [
      { memory: undefined },
      [
        "Invalid setting for container 'app'. At least one of 'memory' or 'memoryReservation' must be specified.",
      ],
    ],
    [{ memory: undefined, memoryReservation: 64 }, []],
    [{ memory: 128, memoryReservation: 128 }, []],
    [
      { memory: 64, memoryReservation: 128 },
      ["Invalid setting for container 'app'. 'memory' (64) must not be less than 'memoryReservation' (128)."],
    ],
    [{ memory: 5 }, ["Invalid 'memory' setting for container 'app'."]],
    [{ cpu: -1 }, ["Invalid 'cpu' setting for container 'app'."]],
    [{ stopTimeout: 600 }, []],
    [{ stopTimeout: -1 }, ["Invalid 'stopTimeout' setting for container 'app'."]],
  ])('%j', (members, expected) => {
    expect(ofApp(members)).toEqual(expected);
  });

  it('of the task stand in for the containers', () => {
    expect(ofApp({ memory: undefined }, { memory: '512' })).toEqual([]);
  });

  it.each([
    [{ cpu: '512', memory: '1GB' }, []],
    [{ cpu: '.5 vCPU', memory: '0.5 GB' }, []],
    [{ cpu: '1 cpu' }, [/^Invalid 'cpu' setting for task\./]],
    [{ cpu: '64' }, [/^Invalid 'cpu' setting for task\./]],
    [{ memory: '1 TB' }, [/^Invalid 'memory' setting for task\./]],
    [{ memory: '100' }, [/^The 'memory' setting for container 'app' is greater than for the task\.$/]],
  ])('%j', (size, expected) => {
    const found = problems([app], size);
    expect(found).toHaveLength(expected.length);
    expected.forEach((pattern, i) => expect(found[i]).toMatch(pattern));
  });

  it.each([
    [-5, ['ephemeralStorage.sizeInGiB must be 21 to 200, not -5.']],
    [201, ['ephemeralStorage.sizeInGiB must be 21 to 200, not 201.']],
    [21, []],
    [200, []],
  ])('ephemeral storage of %i GiB', (sizeInGiB, expected) => {
    expect(problems([app], { ephemeralStorage: { sizeInGiB } })).toEqual(expected);
  });

  it('of the containers fit into those of the task', () => {
    const two = [
      { ...app, cpu: 600, memoryReservation: 100 },
      { ...side, cpu: 600, memory: undefined, memoryReservation: 100 },
    ];
    expect(problems(two, { cpu: '1 vCPU', memory: '150' })).toEqual([
      "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
      "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.",
    ]);
  });
});

describe('ports', () => {
  const mapped = (...portMappings: ContainerDefinition['portMappings'] & object) => ofApp({ portMappings });

  it.each([
    [{ containerPort: 80 }, []],
    [{ containerPort: 80, hostPort: 0 }, []],
    [{ containerPort: 80, hostPort: 8080, protocol: 'udp' as const }, []],
    [{ hostPort: 80 }, ["Invalid 'containerPort' setting for container 'app'."]],
    [{ containerPort: 70_000 }, ["Invalid 'containerPort' setting for container 'app'."]],
    [{ containerPort: 80, hostPort: -1 }, ["Invalid 'hostPort' setting for container 'app'."]],
    [{ containerPortRange: '100-200' }, []],
    [{ containerPortRange: '100-100' }, ["Invalid 'containerPortRange' setting for container 'app'."]],
    [{ containerPortRange: '200-100' }, ["Invalid 'containerPortRange' setting for container 'app'."]],
  ])('%j', (mapping, expected) => {
    expect(mapped(mapping)).toEqual(expected);
  });

  it('are taken once in a task', () => {
    const twice = [
      { ...app, portMappings: [{ containerPort: 80, hostPort: 3000 }] },
      { ...side, portMappings: [{ containerPort: 81, hostPort: 3000 }] },
    ];
    expect(problems(twice)).toEqual(["TCP host port '3000' is mapped multiple times in task."]);
    expect(
      mapped({ containerPort: 53, hostPort: 53 }, { containerPort: 53, hostPort: 53, protocol: 'udp' }),
    ).toEqual([]);
    expect(mapped({ containerPort: 80, hostPort: 1 }, { containerPort: 80, hostPort: 2 })).toEqual([]);
    expect(mapped({ containerPort: 80 }, { containerPort: 80 })).toEqual([]);
  });

  it("must be the same inside and outside with the host's network", () => {
    const networkMode = 'host';
    const portMappings = [{ containerPort: 80, hostPort: 8080 }];
    expect(ofApp({ portMappings }, { networkMode })).toEqual([
      'When networkMode=host, the host ports and container ports in port mappings must match.',
    ]);
    expect(ofApp({ portMappings: [{ containerPort: 80 }] }, { networkMode })).toEqual([]);
    const both = [app, side].map((container) => ({ ...container, portMappings: [{ containerPort: 80 }] }));
    expect(problems(both, { networkMode })).toEqual(["TCP host port '80' is mapped multiple times in task."]);
  });

  it('of ranges stand in one mapping each, and not in host mode', () => {
    expect(mapped({ containerPortRange: '80-90' }, { containerPort: 91 })).toEqual([]);
    expect(mapped({ containerPortRange: '80-90' }, { containerPort: 85 })).toEqual([
      "The containerPortRange '80-90' of container 'app' overlaps another of its ports.",
    ]);
    expect(mapped({ containerPortRange: '80-90' }, { containerPortRange: '90-95' })).toHaveLength(2);
    const portMappings = [{ containerPortRange: '1-2000' }];
    expect(ofApp({ portMappings })).toEqual([
      'The port ranges of the task have 2000 ports; at most 1000 can be mapped to the host.',
    ]);
    expect(ofApp({ portMappings }, { networkMode: 'awsvpc' })).toEqual([]);
    expect(ofApp({ portMappings }, { networkMode: 'host' })).toEqual([
      'containerPortRange is not supported when networkMode=host.',
    ]);
    const ranges = Array.from({ length: 101 }, (_, n) => ({
      containerPortRange: `${2 * n + 1}-${2 * n + 2}`,
    }));
    expect(ofApp({ portMappings: ranges })).toEqual(["Container 'app' has more than 100 port ranges."]);
  });

  it('need a network', () => {
    expect(ofApp({ portMappings: [{ containerPort: 80 }] }, { networkMode: 'none' })).toEqual([
      'Port mappings are not supported when networkMode=none.',
    ]);
  });
});

describe('links', () => {
  it('need bridge, a target and no cycle', () => {
    const linked = [{ ...app, links: ['side:db'] }, side];
    expect(problems(linked)).toEqual([]);
    expect(problems(linked, { networkMode: 'host' })).toEqual([
      'Links are not supported when networkMode=host.',
    ]);
    expect(ofApp({ links: ['db'] })).toEqual(["Container 'app' links to 'db', which does not exist."]);
    expect(ofApp({ links: ['a:b:c'] })).toEqual([
      "The link 'a:b:c' of container 'app' must be NAME or NAME:ALIAS.",
    ]);
    expect(
      problems([
        { ...app, links: ['side'] },
        { ...side, links: ['app'] },
      ]),
    ).toEqual(['Container links should not have a cycle: app → side → app']);
    expect(ofApp({ links: ['app'] })).toEqual(['Container links should not have a cycle: app → app']);
  });
});

describe('dependencies', () => {
  const dependsOn = (condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY', target: ContainerDefinition) =>
    problems([
      { ...app, dependsOn: [{ containerName: 'side', condition }] },
      { ...side, ...target },
    ]);

  it("follow ECS's rules", () => {
    expect(dependsOn('START', {})).toEqual([]);
    expect(dependsOn('SUCCESS', { essential: false })).toEqual([]);
    expect(dependsOn('SUCCESS', {})).toEqual([
      `A dependency container with SUCCESS or COMPLETE condition cannot be an essential container: 'side' needs "essential": false`,
    ]);
    expect(dependsOn('HEALTHY', {})).toEqual([
      "Container 'app' waits for 'side' to be HEALTHY, which has no health check",
    ]);
    expect(ofApp({ dependsOn: [{ containerName: 'x', condition: 'START' }] })).toEqual([
      "Cannot depend on container + 'x' because it does not exist",
    ]);
    expect(dependsOn('START', { dependsOn: [{ containerName: 'app', condition: 'START' }] })).toEqual([
      'Container dependencies should not have a cycle: app → side → app',
    ]);
    expect(ofApp({ dependsOn: [{ containerName: 'app', condition: 'START' }] })).toEqual([
      'Container dependencies should not have a cycle: app → app',
    ]);
    expect(dependsOn('START', { links: ['app'], volumesFrom: [{ sourceContainer: 'app' }] })).toEqual([
      'Container dependencies should not have a cycle: app → side (dependsOn) → app (links)',
    ]);
    expect(ofApp({ volumesFrom: [{ sourceContainer: 'app' }] })).toEqual([
      'Container volumesFrom should not have a cycle: app → app',
    ]);
    const restarted = (ignoredExitCodes: number[]) =>
      dependsOn('SUCCESS', { essential: false, restartPolicy: { enabled: true, ignoredExitCodes } });
    expect(restarted([0])).toEqual([]);
    expect(restarted([])).toEqual([
      "Container 'app' waits for 'side' to end, whose restartPolicy starts it again whatever its exit code: put 0 into its ignoredExitCodes",
    ]);
  });
});

describe('the rest', () => {
  it.each<[ContainerDefinition, string]>([
    [
      { restartPolicy: { enabled: true, restartAttemptPeriod: 59 } },
      "Invalid setting for container 'app': restartPolicy.restartAttemptPeriod must be 60 to 1800, not 59.",
    ],
    [
      { restartPolicy: { enabled: true, ignoredExitCodes: Array.from({ length: 51 }, (_, i) => i) } },
      "Invalid setting for container 'app': restartPolicy.ignoredExitCodes holds 50 at most.",
    ],
    [{ environment: [{ value: 'x' }] }, "An environment variable of container 'app' has no name."],
    [
      { environment: [{ name: 'A=B', value: 's3cret' }] },
      "The environment variable 'A=B' of container 'app' must not contain = or NUL.",
    ],
    [{ workingDirectory: 'srv' }, "The workingDirectory of container 'app' must be an absolute path."],
    [{ user: 'a b' }, "The user of container 'app' must not contain spaces."],
    [{ hostname: 'a_b' }, "The hostname of container 'app' must consist of letters, digits, - and dots."],
    [
      { healthCheck: { command: ['CMD', 'true'], interval: 1 } },
      "The health check's interval of container 'app' must be 5 to 300, not 1.",
    ],
    [
      { ulimits: [{ name: 'nofile', softLimit: 2, hardLimit: 1 }] },
      "The ulimit nofile of container 'app' has a softLimit above its hardLimit.",
    ],
    [
      { environment: [{ name: 'A', value: 'x' }], secrets: [{ name: 'A', valueFrom: 'arn' }] },
      "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'A'.",
    ],
  ])('%j', (members, problem) => {
    expect(ofApp(members)).toEqual([problem]);
  });

  it('checks tags and placement constraints', () => {
    const tags = [{ key: 'aws:x', value: 'y' }, { key: 'a' }, { key: 'a' }, { value: 'x' }];
    expect(problems([app], { tags })).toEqual([
      "The tag aws:x starts with aws:, which is kept for AWS's own.",
      'A tag has no key.',
      'Duplicate tag keys found: a.',
    ]);
    expect(problems([app], { tags: Array.from({ length: 51 }, (_, i) => ({ key: `k${i}` })) })).toEqual([
      'There are 51 tags; at most 50 are allowed.',
    ]);
    expect(problems([app], { placementConstraints: [{ type: 'memberOf' }] })).toEqual([
      'A memberOf placement constraint needs an expression.',
    ]);
    const long = { type: 'memberOf' as const, expression: 'x'.repeat(2_001) };
    expect(problems([app], { placementConstraints: [long] })).toEqual([
      "A placement constraint's expression is longer than 2000.",
    ]);
  });
});
