import { isName } from '../api/arn.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { ContainerInstance } from '../api/types.js';
import { askHosts } from './ask-hosts.js';
import { eachHost } from './each-host.js';
import { hostsOf } from './host-options.js';
import type { Questions } from './prompts.js';
import type { Session } from './session.js';
import { UsageError } from './usage-error.js';

type Input = OperationInput<'CreateCluster'>;
type Output = OperationOutput<'CreateCluster'>;

/** A cluster with the hosts that were added to it now. */
export interface NewCluster {
  output: Output;
  instances: ContainerInstance[];
  /** How many hosts could not be added; each was told. */
  failed: number;
}

/**
 * Creates a cluster of the hosts that the words name. Where they name none, somebody is at the terminal and the cluster
 * has no hosts yet, they are asked for. Throws UsageError, DocumentError; what the engine throws.
 */
export async function newCluster(input: Input, session: Session): Promise<NewCluster> {
  const hosts = await hostsOf(session.words);
  if (session.remote && hosts.length > 0)
    throw new UsageError("--hosts: an endpoint doesn't take hosts along with a cluster");
  const shared = session.words.given.get('shared') === true ? { shared: true } : {};
  const engine = await session.engine();
  const questions = mayAsk(session) ? session.questions : undefined;
  const clusterName = input.clusterName ?? (questions && (await askName(questions)));
  // Made no sooner than something is to be in it, so that whoever changes their mind leaves nothing behind.
  let created: Promise<Output> | undefined;
  const create = () => (created ??= engine.call('CreateCluster', { ...input, clusterName }));
  const register = async (host: { host: string }) => {
    const { cluster } = await create();
    const added = { ...host, ...shared, cluster: cluster?.clusterName };
    return (await engine.call('RegisterContainerInstance', added)).containerInstance ?? {};
  };
  const asks = questions !== undefined && !(await hasHosts(clusterName, session));
  if (!asks) await create();
  const { done, failed } = asks
    ? { done: await askHosts(session, questions, (host) => register({ host })), failed: 0 }
    : await eachHost(hosts, session, register);
  const output = await create();
  // Creating it again changes nothing, and gives it as it is with these hosts.
  const again = { clusterName: output.cluster?.clusterName };
  return {
    output: done.length + failed === 0 ? output : await engine.call('CreateCluster', again),
    instances: done,
    failed,
  };
}

/** Scripts run on terminals, too: who says all that ECS asks for in a document, or takes the answer apart, isn't asked. */
function mayAsk({ toPeople, remote, words }: Session): boolean {
  const said = ['hosts', 'hosts-file', 'cli-input-json', 'cli-input-yaml'];
  return toPeople && !remote && !said.some((name) => words.given.has(name));
}

const askName = (questions: Questions): Promise<string> =>
  questions.text({
    message: 'Name of the cluster:',
    otherwise: 'default',
    fault: (text) => (isName(text) ? undefined : 'A name has 1 to 255 letters, digits, - and _'),
  });

async function hasHosts(clusterName: string | undefined, session: Session): Promise<boolean> {
  const engine = await session.engine();
  const { clusters } = await engine.call('DescribeClusters', { clusters: [clusterName ?? 'default'] });
  return (clusters?.[0]?.registeredContainerInstancesCount ?? 0) > 0;
}
