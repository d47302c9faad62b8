import { defineConfig } from 'vitest/config';

/** As test/hosts/wait.ts has it, which this file can't import. */
const patience = Number(process.env.LONGSHORE_TEST_PATIENCE ?? 1);

const OVER_HTTP = ['test/contract/*.http.test.ts'];

/** Where the clock of a busy machine may decide; test/second-try.ts tells of each that needed it. */
const SECOND_TRY = 1;

/** Of what needs no hosts. */
const withoutHosts = {
  // Properties with thousands of cases take seconds where the machine is busy with other things.
  testTimeout: 30_000,
  expect: { poll: { timeout: 20_000 } },
  // A module loaded once a worker, and not for each file, halves the time: tests leave nothing behind in modules.
  isolate: false,
  restoreMocks: true,
  unstubEnvs: true,
};

export default defineConfig({
  test: {
    projects: [
      // No root, no Docker, no network: these run anywhere in seconds.
      {
        test: {
          ...withoutHosts,
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'],
          exclude: OVER_HTTP,
          // None waits for the real clock, and each worker loads all modules anew: more than cores only cost.
          maxWorkers: '100%',
        },
      },
      // The same, but for servers of SSH and HTTP that listen on this machine, and processes side by side: they wait for
      // the clock.
      {
        test: {
          ...withoutHosts,
          name: 'servers',
          include: ['test/servers/**/*.test.ts', ...OVER_HTTP],
          retry: SECOND_TRY,
          // Many wait for a time limit to pass, so more fit than there are cores.
          maxWorkers: 4,
        },
      },
      // What is shipped, packed and installed as users get it. Needs a build.
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      // The AWS CLI is asked what it does with the words and answers of its test collection. Needs its Debian package.
      {
        test: {
          name: 'aws-cli',
          include: ['test/aws-cli/**/*.test.ts'],
          testTimeout: 300_000,
        },
      },
      // Real engines behind real sshd (test/hosts). Each worker has hosts of its own, which its files hand on.
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/hosts/global-setup.ts'],
          retry: SECOND_TRY,
          testTimeout: 120_000 * patience,
          hookTimeout: 180_000 * patience,
          // They mostly wait: for hosts that are away, for health, for the end of a grace.
          maxWorkers: 4,
        },
      },
    ],
  },
});
