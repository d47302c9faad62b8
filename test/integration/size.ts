import type { DescribeContainerInstancesResponse } from '../../src/lib/api/types.js';
import type { User } from './longshore.js';

/** What a host has for tasks: CPU units, and MiB of memory. All test hosts are of one size. */
export interface Size {
  cpu: number;
  memory: number;
}

/** The size of the host web1, which the user's cluster must have. */
export async function sizeOf(user: User): Promise<Size> {
  const { containerInstances = [] } = await user.json<DescribeContainerInstancesResponse>(
    ...['describe-container-instances', '--no-refresh', '--container-instances', 'web1'],
  );
  const amount = (name: string) =>
    containerInstances[0]?.registeredResources?.find((resource) => resource.name === name)?.integerValue ?? 0;
  return { cpu: amount('CPU'), memory: amount('MEMORY') };
}
