import { existsSync } from 'node:fs';
import { shortIds } from '../api/short-ids.js';
import { indexes, keys } from '../engine/keys.js';
import type {
  ClusterRecord,
  FamilyRecord,
  InstanceRecord,
  SecretRecord,
  TaskRecord,
} from '../engine/records.js';
import type { PastDeploymentRecord, RevisionRecord, ServiceRecord } from '../engine/services/records.js';
import { openSqliteReader, type StoreReader } from '../store/sqlite-reader.js';
import type { Candidate } from './candidates.js';

/** Most names of a kind: more than anybody reads, and few enough to be quick. */
const MOST = 200;
/** Definitions may be large. */
const MOST_REVISIONS = 20;

/** The names in a state that nothing is changed of; all empty where it isn't there, or none is meant. Throws where it can't be read. */
export class KnownNames {
  private store: StoreReader | undefined;

  constructor(private readonly statePath: string | undefined) {}

  clusters(): Candidate[] {
    return this.list<ClusterRecord>({ prefix: keys.clusters })
      .filter(({ status }) => status === 'ACTIVE')
      .map(({ name }) => ({ value: name }));
  }

  hosts(cluster: string): Candidate[] {
    return this.list<InstanceRecord>({ prefix: keys.instances(cluster) })
      .map(({ name, status, connected }) => ({ value: name, about: connected ? status : 'did not answer' }))
      .sort((a, b) => a.value.localeCompare(b.value, 'en', { numeric: true }));
  }

  families(typed: string): Candidate[] {
    return this.list<FamilyRecord>({ prefix: keys.family(typed) }).map(({ family, latest }) => ({
      value: family,
      about: `${latest === 1 ? '1 revision' : `${latest} revisions`}`,
    }));
  }

  /** CLUSTER/SERVICE/ID of deployments, or of what they started: those there are, then those of the past. */
  deployments(typed: string, what: 'deployment' | 'revision'): Candidate[] {
    const [cluster = '', service] = typed.split('/');
    const clusters = service === undefined ? this.clusters().map(({ value }) => value) : [cluster];
    const records = clusters.flatMap((name) =>
      this.list<ServiceRecord>({ prefix: keys.services(name) + (service ?? '') }),
    );
    return records.flatMap((record) => [
      ...record.service.deployments.flatMap((deployment) => {
        const revision = record.revisions[deployment.id];
        return revision === undefined ? [] : [deploymentOf(record, deployment, revision, what)];
      }),
      ...this.list<PastDeploymentRecord>({
        prefix: keys.pastDeployments(record.cluster, record.service.name),
      }).map(({ deployment, revision }) => deploymentOf(record, deployment, revision, what)),
    ]);
  }

  secrets(): Candidate[] {
    return this.list<SecretRecord>({ prefix: keys.secrets }).map(({ name }) => ({ value: name }));
  }

  services(cluster: string): Candidate[] {
    return this.list<ServiceRecord>({ prefix: keys.services(cluster) })
      .filter(({ service }) => service.status !== 'INACTIVE')
      .map(({ service: { name, desiredCount } }) => ({ value: name, about: `${desiredCount} wanted` }));
  }

  /** Families; of the only one that begins so, or after `family:`, the active revisions too, the newest first. */
  definitions(typed: string): Candidate[] {
    const [family = '', revision] = typed.split(':');
    if (revision !== undefined) return this.revisions(family);
    const families = this.families(typed);
    return families.length === 1 ? [...families, ...this.revisions(families[0]?.value ?? '')] : families;
  }

  private revisions(family: string): Candidate[] {
    const index = indexes.familyStatus(family, 'ACTIVE');
    const found = this.reader()?.keys({ index, reverse: true, limit: MOST_REVISIONS }) ?? [];
    return found.map((key) => ({ value: `${family}:${Number(key.split('/').at(-1))}` }));
  }

  /** The beginnings of ids that tables show, or whole ids where more is typed. `past`: stopped ones too. */
  tasks(cluster: string, typed: string, past: boolean): Candidate[] {
    const prefixes = [keys.task(cluster, typed), ...(past ? [keys.stopped(cluster, typed)] : [])];
    const tasks = prefixes.flatMap((prefix) => this.list<TaskRecord>({ prefix }));
    const short = shortIds(tasks.map(({ id }) => id));
    return tasks.map((task) => {
      const id = short.get(task.id) ?? task.id;
      return {
        value: id.length >= typed.length ? id : task.id,
        about: `${task.family}:${task.revision} ${task.lastStatus}`,
      };
    });
  }

  close(): void {
    this.store?.close();
  }

  private list<T>(query: { prefix: string }): T[] {
    return this.reader()?.values<T>({ ...query, limit: MOST }) ?? [];
  }

  private reader(): StoreReader | undefined {
    const { statePath } = this;
    if (statePath !== undefined && existsSync(statePath)) this.store ??= openSqliteReader(statePath);
    return this.store;
  }
}

function deploymentOf(
  { cluster, service }: ServiceRecord,
  { id, rolloutState }: PastDeploymentRecord['deployment'],
  { id: revisionId, family, revision }: RevisionRecord,
  what: 'deployment' | 'revision',
): Candidate {
  const own = what === 'revision' ? revisionId : id.replace(/^ecs-svc\//, '');
  const about = [`${family}:${revision}`, what === 'deployment' && rolloutState].filter(Boolean).join(' ');
  return { value: `${cluster}/${service.name}/${own}`, about };
}
