/* global module */
// Who may import whom: the layers of docs/architecture.md, checked by `npm run lint:imports`.
const layers = (from, allowed) => ({
  name: `${from}-imports`,
  comment: `src/lib/${from} may import only: ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^src/lib/${from}/` },
  to: { path: '^src/', pathNot: [`^src/lib/${from}/`, ...allowed.map((a) => `^src/lib/${a}`)] },
});
const packageOnlyIn = (name, packages, rooms) => ({
  name: `${name}-only-in-its-room`,
  comment: `${packages} belong in ${rooms}`,
  severity: 'error',
  from: { path: '^src/', pathNot: rooms },
  to: { path: `node_modules/(${packages})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-imports-commands',
      severity: 'error',
      from: { path: '^src/lib/' },
      to: { path: '^src/commands/' },
    },
    {
      name: 'commands-import-cli',
      severity: 'error',
      from: { path: '^src/commands/' },
      to: { path: '^src/lib/', pathNot: '^src/lib/(cli|api)/' },
    },
    layers('cli', [
      'api/',
      'app\\.ts$',
      'config\\.ts$',
      'completion/grammar\\.ts$',
      'engine/(engine|events)\\.ts$',
      'hosts/(address|host-error|docker-host|container-types|hosts-file)\\.ts$',
    ]),
    layers('completion', [
      'api/',
      'config\\.ts$',
      'engine/(keys|records|services/records)\\.ts$',
      'store/(store|sqlite-reader)\\.ts$',
    ]),
    layers('api', []),
    layers('secrets', ['api/', 'config\\.ts$', 'engine/secrets/sources\\.ts$', 'hosts/docker-host\\.ts$']),
    layers('scheduler', ['api/(types|port-range)\\.ts$']),
    layers('services', ['api/types\\.ts$', 'scheduler/']),
    layers('store', ['api/']),
    layers('hosts', ['api/', 'unless-aborted\\.ts$']),
    layers('agent', [
      'api/',
      'unless-aborted\\.ts$',
      'hosts/(docker-host|container-types|host-error|address)\\.ts$',
    ]),
    layers('protocol', [
      'api/',
      'engine/(engine|events)\\.ts$',
      'hosts/(docker-host|container-types|host-error)\\.ts$',
    ]),
    layers('remote', [
      'api/',
      'protocol/',
      'engine/(engine|events)\\.ts$',
      'hosts/(address|docker-host|container-types|host-error)\\.ts$',
      'log-replay\\.ts$',
    ]),
    layers('server', [
      'api/',
      'protocol/',
      'engine/(engine|events)\\.ts$',
      'engine/serving/served-engine\\.ts$',
      'hosts/host-error\\.ts$',
    ]),
    layers('engine', [
      'api/',
      '(unless-aborted|log-replay)\\.ts$',
      'scheduler/',
      'services/',
      'agent/',
      'store/(store|transact|snapshot)\\.ts$',
      'hosts/(docker-host|container-types|hosts|host-error|address|probe|marker)\\.ts$',
    ]),
    packageOnlyIn('terminal', '@oclif|@inquirer|chalk', '^src/(commands|lib/cli)/'),
    packageOnlyIn('docker-and-ssh', 'dockerode|docker-modem|ssh2', '^src/lib/hosts/'),
    packageOnlyIn('age', 'age-encryption', '^src/lib/secrets/'),
    packageOnlyIn('logs-and-metrics', 'pino|prom-client', '^src/lib/(server/|app\\.ts)'),
    packageOnlyIn('sqlite', 'libsql', '^src/lib/store/'),
    {
      name: 'no-test-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'types', 'default'],
    },
  },
};
