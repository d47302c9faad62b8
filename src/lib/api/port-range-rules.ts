import { nameOf } from './container-name.js';
import { faultIf, type Fault } from './fault.js';
import { parsePortRange, portRangeLength } from './port-range.js';
import type { ContainerDefinition } from './types.js';

/** Ranges of one container (ECS's limit), and host ports of all ranges of a task (ours: Docker runs a proxy for each). */
const mostRanges = 100;
const mostRangePorts = 1000;

/** What is wrong with ranges of ports beside how they are written (ECS: PortMapping.containerPortRange). */
export function portRangeProblems(containers: readonly ContainerDefinition[], mode: string): Fault[] {
  const ranges = containers.map(({ portMappings = [] }) =>
    portMappings.flatMap(({ containerPortRange: range }) => (range === undefined ? [] : [range])),
  );
  const ports = ranges.flat().reduce((sum, range) => sum + (portRangeLength(range) ?? 0), 0);
  return [
    ...containers.flatMap((container, i) => [
      ...faultIf((ranges[i]?.length ?? 0) > mostRanges, {
        text: `Container '${nameOf(container)}' has more than ${mostRanges} port ranges.`,
        at: `containerDefinitions[${i}].portMappings`,
      }),
      ...overlaps(container, i),
    ]),
    ...faultIf(mode === 'host' && ports > 0, {
      text: 'containerPortRange is not supported when networkMode=host.',
      remedy: "Leave it out: every port is the host's own there.",
      at: 'containerDefinitions',
    }),
    ...faultIf(mode === 'bridge' && ports > mostRangePorts, {
      text: `The port ranges of the task have ${ports} ports; at most ${mostRangePorts} can be mapped to the host.`,
      remedy: 'Take networkMode awsvpc or host.',
      at: 'containerDefinitions',
    }),
  ];
}

/** A port may stand in one mapping of its container only. */
function overlaps(container: ContainerDefinition, index: number): Fault[] {
  const spans = (container.portMappings ?? []).map(({ containerPort = 0, containerPortRange: range }) => ({
    range,
    ports: parsePortRange(range ?? '') ?? ([containerPort, containerPort] as const),
  }));
  return spans.flatMap(({ range, ports: [first, last] }, i) => {
    const others = spans.filter((_, j) => j !== i);
    const isHit = others.some(({ ports }) => ports[0] <= last && ports[1] >= first);
    return faultIf(range !== undefined && isHit, {
      text: `The containerPortRange '${range}' of container '${nameOf(container)}' overlaps another of its ports.`,
      remedy: 'Write each port once.',
      at: `containerDefinitions[${index}].portMappings[${i}].containerPortRange`,
    });
  });
}
