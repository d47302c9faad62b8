import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { AccessKeys } from '../../../src/lib/engine/access-keys.js';
import { serveEngine } from '../../../src/lib/engine/serving/served-engine.js';
import { createMetrics } from '../../../src/lib/server/metrics.js';
import { cluster, definition } from '../../unit/engine/kit.js';
import { ask, call, served, type Served } from './kit.js';

const open: Served[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((each) => each.end()))));

/** A cluster with two hosts, tasks and a service; its metrics after a few requests. */
async function scraped(): Promise<Metric[]> {
  const made = await cluster(['web1', 'web2']);
  made.ctx.settings.healthyAfter = 0;
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition('web'));
  await engine.call('RunTask', { taskDefinition: 'web', count: 2 });
  await engine.call('CreateService', { serviceName: 'site', taskDefinition: 'web', desiredCount: 1 });
  await engine.call('WaitServices', { services: ['site'] });
  const server = await served(
    serveEngine(made.ctx, async () => undefined),
    {},
    new AccessKeys(made.ctx),
  );
  open.push(server);
  const [place = ''] = server.places;
  await call(place, 'ListTasks');
  await call(place, 'ListTasks', '{"cluster":"gone"}');
  await call(place, 'RunTask', '{"taskDefinition":"web"}');
  await call(place, 'Nothing"\\{}');
  const { status, headers, text } = await ask(place, { path: '/metrics' });
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
  return parse(text);
}

it("all is in Prometheus's format, with the names that it asks for", async () => {
  const metrics = await scraped();
  const ours = metrics.filter(({ name }) => name.startsWith('longshore_'));
  expect(ours.map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
    'longshore_host_connected gauge',
    'longshore_host_cpu_units gauge',
    'longshore_host_memory_bytes gauge',
    'longshore_info gauge',
    'longshore_placement_duration_seconds histogram',
    'longshore_reconcile_duration_seconds histogram',
    'longshore_reconcile_lag_seconds histogram',
    'longshore_reconcile_last_pass_timestamp_seconds gauge',
    'longshore_request_duration_seconds histogram',
    'longshore_requests_total counter',
    'longshore_service_tasks gauge',
    'longshore_services_kept gauge',
    'longshore_state_readable gauge',
    'longshore_state_writable gauge',
    'longshore_task_cpu_seconds_total counter',
    'longshore_task_memory_bytes gauge',
    'longshore_tasks gauge',
    'longshore_under_way gauge',
  ]);
  expect(metrics.map(({ name }) => name)).toContain('process_resident_memory_bytes');
});

it('they say what there is', async () => {
  const metrics = await scraped();
  const valueOf = (name: string, labels: Record<string, string>) =>
    metrics
      .flatMap(({ samples }) => samples)
      .find(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
      )?.value;
  expect(valueOf('longshore_requests_total', { operation: 'ListTasks', code: 'OK' })).toBe(1);
  expect(
    valueOf('longshore_requests_total', { operation: 'ListTasks', code: 'ClusterNotFoundException' }),
  ).toBe(1);
  // Names that strangers make up would be series without end.
  expect(valueOf('longshore_requests_total', { operation: 'unknown' })).toBe(1);
  expect(valueOf('longshore_request_duration_seconds_count', { operation: 'ListTasks' })).toBe(2);
  expect(valueOf('longshore_placement_duration_seconds_count', { cluster: 'default' })).toBe(1);
  expect(valueOf('longshore_host_connected', { cluster: 'default', host: 'web1' })).toBe(1);
  expect(valueOf('longshore_host_memory_bytes', { host: 'web1', what: 'registered' })).toBe(1000 * 1024 ** 2);
  expect(valueOf('longshore_service_tasks', { service: 'site', what: 'running' })).toBe(1);
  expect(valueOf('longshore_info', { version: '1.2.3' })).toBe(1);
  expect(valueOf('longshore_task_cpu_seconds_total', { family: 'web' })).toEqual(expect.any(Number));
  expect(valueOf('longshore_task_memory_bytes', { family: 'web' })).toBeGreaterThan(0);
  const tasks = ['PENDING', 'RUNNING'].map((status) => valueOf('longshore_tasks', { status }) ?? 0);
  expect(tasks.reduce((all, one) => all + one)).toBe(4);
});

it('events are counted: passes with their lag', async () => {
  const metrics = createMetrics({
    version: '1',
    usage: async () => [],
    health: { kept: true, isWritable: true, passes: [{ cluster: 'a', time: 1_700_000_000_500 }] },
    underWay: () => ({ requests: 1, sessions: 2, background: 3 }),
  });
  metrics.event({ type: 'pass', cluster: 'a', milliseconds: 20, lag: 40 });
  metrics.event({ type: 'pass', cluster: 'a', milliseconds: 10 });
  metrics.event({ type: 'note', message: 'says nothing here' });
  const samples = parse(await metrics.text()).flatMap((metric) => metric.samples);
  const valueOf = (name: string, what?: string) =>
    samples.find((sample) => sample.name === name && (what === undefined || sample.labels['what'] === what))
      ?.value;
  expect(valueOf('longshore_reconcile_duration_seconds_sum')).toBeCloseTo(0.03);
  expect(valueOf('longshore_reconcile_lag_seconds_sum')).toBeCloseTo(0.04);
  expect(valueOf('longshore_reconcile_last_pass_timestamp_seconds')).toBe(1_700_000_000.5);
  expect(valueOf('longshore_services_kept')).toBe(1);
  expect(valueOf('longshore_state_readable')).toBe(1);
  expect(valueOf('longshore_state_writable')).toBe(1);
  expect(['requests', 'sessions', 'background'].map((what) => valueOf('longshore_under_way', what))).toEqual([
    1, 2, 3,
  ]);
});

it('a host that lies about its tasks takes nobody’s metrics away', async () => {
  const stats = { readAt: 0, cpuNanoseconds: -5, memoryBytes: 1 };
  const tasks = [{ taskArn: 'a/b', host: 'evil"\n', taskDefinition: 'web:1', lastStatus: 'RUNNING', stats }];
  const usage = async () => [{ clusterName: 'default', hosts: [], services: [], tasks }] as never;
  const underWay = () => ({ requests: 0, sessions: 0, background: 0 });
  const health = { kept: undefined, isWritable: true, passes: [] };
  const samples = parse(await createMetrics({ version: '1', usage, underWay, health }).text()).flatMap(
    (m) => m.samples,
  );
  expect(samples.find(({ name }) => name === 'longshore_task_cpu_seconds_total')?.value).toBe(0);
});

interface Metric {
  name: string;
  type: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/g;

/** Prometheus's text format, strictly: each sample belongs to the HELP and TYPE before it. */
function parse(text: string): Metric[] {
  expect(text.endsWith('\n')).toBe(true);
  const metrics: Metric[] = [];
  for (const line of text.split('\n').filter(Boolean)) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment) {
      const [, kind, name = '', rest = ''] = comment;
      if (kind === 'HELP') metrics.push({ name, type: '', samples: [] });
      else Object.assign(metrics.at(-1) ?? {}, { type: rest });
      expect([line, metrics.at(-1)?.name]).toEqual([line, name]);
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    const [, name = '', labels = '', value = ''] = sample ?? [];
    expect([
      line,
      sample !== null && (/^nan$/i.test(value) || !Number.isNaN(Number(value.replace('+Inf', 'Infinity')))),
    ]).toEqual([line, true]);
    expect([line, labels.replace(LABEL, '').replaceAll(',', '')]).toEqual([line, '']);
    const metric = metrics.at(-1);
    expect(name.replace(metric?.type === 'histogram' ? /_(bucket|sum|count)$/ : /$^/, '')).toBe(metric?.name);
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', text = '']) => [key, text]);
    metric?.samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
  }
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
  return metrics;
}

it('are on an address of their own, where nothing else is', async () => {
  const made = await cluster(['web1']);
  const server = await served(
    serveEngine(made.ctx, async () => undefined),
    {
      listen: [],
      metricsListen: [{ host: '127.0.0.1', port: 0 }],
      unsigned: false,
      socket: join(mkdtempSync(join(tmpdir(), 'm-')), 's'),
    },
    new AccessKeys(made.ctx),
  );
  open.push(server);
  const place = server.places.find((one) => one.startsWith('http:')) ?? '';
  const { status, text } = await ask(place, { path: '/metrics', headers: { host: 'web1:9464' } });
  expect(status).toBe(200);
  expect(text).toContain('longshore_host_connected{cluster="default",host="web1"} 1');
  expect((await ask(place, { path: '/healthz' })).status).toBe(200);
  expect((await call(place, 'ListClusters')).status).toBe(404);
  await expect(
    ask(place, { path: '/session', headers: { connection: 'Upgrade', upgrade: 'longshore/2' } }),
  ).rejects.toThrow();
});
