import * as sdk from '@aws-sdk/client-ecs';

/** The tests' ARNs: of the region that their clients have where they name none. */
export const arn = (what: string, region = 'local'): string => `arn:aws:ecs:${region}:000000000000:${what}`;

/** All pages. */
export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const page of pages) seen.push(page);
  return seen;
}

/** Adds hosts to the cluster `default`; their ARNs. */
export async function register(client: sdk.ECSClient, ...hosts: string[]): Promise<string[]> {
  const arns: string[] = [];
  for (const host of hosts) {
    const { containerInstance } = await client.send(
      new sdk.RegisterContainerInstanceCommand({
        cluster: 'default',
        attributes: [{ name: 'longshore.host', value: `ssh://ops@${host}` }],
      }),
    );
    arns.push(containerInstance?.containerInstanceArn ?? '');
  }
  return arns;
}

/** One busybox container that runs until it is stopped, or does what it is told. */
export const definition = (
  family = 'web',
  command: string[] = ['serve'],
): sdk.RegisterTaskDefinitionCommandInput => ({
  family,
  containerDefinitions: [
    { name: 'app', image: 'busybox:latest', command, cpu: 50, memory: 100, essential: true },
  ],
});

/** How often a waiter of the tests looks, in seconds; how long at most. */
export const waiting = (client: sdk.ECSClient) => ({
  client,
  maxWaitTime: 60,
  minDelay: 0.05,
  maxDelay: 0.2,
});
