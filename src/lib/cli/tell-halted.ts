import { haltedLines, haltedOf } from './halted.js';
import type { Session } from './session.js';

/** Says what a service runs whose deployment was just stopped where it was, and how to go on. */
export async function tellHalted(cluster: string | undefined, name: string, session: Session): Promise<void> {
  const engine = await session.engine();
  const { services } = await engine.call('DescribeServices', { cluster, services: [name], refresh: false });
  const halted = services?.[0] && haltedOf(services[0]);
  for (const line of halted ? haltedLines(halted) : []) session.progress.talk(line);
}
