/**
 * `npm test`: all that must hold, from a clean clone. Installs the packages, then runs each step as soon as what it
 * needs is there, two at a time; stops at the first that fails and shows what it printed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Progress } from './progress.mjs';
import { installPackages, npm, requireNode } from './setup.mjs';

/**
 * In the order in which they begin where nothing holds them back. `script` is the one of package.json, `needs` what
 * must have passed (tests against servers take all cores, as the unit tests do), `alone` what is not to be disturbed: tests on real hosts have time limits. `tests`: vitest's. `env`:
 * what the environment has besides.
 */
const steps = [
  { name: 'packages', needs: [] },
  { name: 'types', script: 'typecheck' },
  { name: 'build', script: 'build' },
  { name: 'lint', script: 'lint' },
  { name: 'unit and contract tests', script: 'test:unit', tests: true, env: { LONGSHORE_TEST_CASES: '4' } },
  { name: 'tests against servers', script: 'test:servers', tests: true, needs: ['unit and contract tests'] },
  { name: 'the AWS CLI as reference', script: 'test:aws', tests: true },
  { name: 'format', script: 'format:check' },
  { name: 'import rules', script: 'lint:imports' },
  { name: 'dead code', script: 'lint:unused' },
  { name: 'schemas are fresh', script: 'schemas:check' },
  { name: 'tests of the packed tarball', script: 'test:package', tests: true, needs: ['build'] },
  { name: 'tests on real hosts', script: 'test:integration', tests: true, needs: ['build'], alone: true },
];
const AT_ONCE = 2;

requireNode();
const reports = mkdtempSync(join(tmpdir(), 'longshore-test-'));
const progress = new Progress(steps.length);
const stopped = new globalThis.AbortController();
const count = { passed: 0, failed: 0, skipped: 0 };
const remarks = new Set();
const failed = [];
const passed = new Set();
const running = new Map();
let failure;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, interrupt);
// However this ends, nothing that it started goes on.
process.once('exit', () => stopped.abort());

const began = Date.now();
const waiting = [...steps];
while (!stopped.signal.aborted && (waiting.length > 0 || running.size > 0)) {
  for (let step = waiting.find(mayBegin); step; step = waiting.find(mayBegin)) begin(step);
  await Promise.race(running.values());
}
await Promise.all(running.values());
progress.stop();
rmSync(reports, { recursive: true, force: true });
process.exitCode = summary();

function mayBegin(step) {
  const ready = (step.needs ?? ['packages']).every((name) => passed.has(name));
  const room = step.alone ? running.size === 0 && waiting.length === 1 : running.size < AT_ONCE;
  return ready && room && !stopped.signal.aborted;
}

function begin(step) {
  waiting.splice(waiting.indexOf(step), 1);
  progress.begin(step.name);
  running.set(
    step.name,
    carryOut(step).finally(() => running.delete(step.name)),
  );
}

async function carryOut(step) {
  const report = join(reports, `${step.name}.json`);
  const onLine = (line) => watch(step, line);
  const { code, output, note } = step.script
    ? await npm(['run', '--silent', step.script, ...(step.tests ? reporters(report) : [])], {
        onLine,
        signal: stopped.signal,
        env: step.env,
      })
    : await installPackages(onLine);
  if (stopped.signal.aborted) return;
  const told = step.tests ? tally(report, code) : tallyStep(code);
  if (code === 0) {
    passed.add(step.name);
    progress.end(step.name, note ?? told);
    return;
  }
  progress.end(step.name, 'FAILED');
  failure = { step, output };
  stopped.abort();
}

function reporters(report) {
  return [
    '--',
    '--reporter=default',
    '--reporter=./test/second-try.ts',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
}

/** Vitest names each test file when it is done; tests that are skipped say so loudly. */
function watch(step, line) {
  // eslint-disable-next-line no-control-regex -- what programs print on terminals
  const text = line.replace(/\u001b\[[0-9;]*m/g, '').trim();
  if (/^(SKIPPED|SECOND TRY),/.test(text)) remarks.add(text);
  progress.at(step.name, /(?:✓|❯|×)\s.*?(\S+\.test\.ts)/.exec(text)?.[1] ?? '');
}

function tallyStep(code) {
  count[code === 0 ? 'passed' : 'failed'] += 1;
  return '';
}

function tally(report, code) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    for (const { assertionResults } of testResults) failed.push(...assertionResults.filter(isFailed));
    count.passed += numPassedTests;
    count.failed += Math.max(numFailedTests, code === 0 ? 0 : 1);
    count.skipped += numPendingTests;
    return `${numPassedTests} passed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`;
  } catch {
    return tallyStep(code || 1);
  }
}

function isFailed({ status }) {
  return status === 'failed';
}

/** A failed test in a few lines, for the end of what is printed: logs are often cut short at their beginning. */
function shortly({ fullName, failureMessages: [why = ''] }) {
  const lines = why.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return [`FAILED, ${fullName}:`, ...lines.slice(0, 12).map((line) => `  ${line.slice(0, 300)}`)].join('\n');
}

function interrupt(name) {
  failure ??= { interrupted: name };
  progress.say(`${name}: ending what runs`);
  stopped.abort();
}

/** Says how it went and what to do next. Returns the exit code. */
function summary() {
  const time = `${Math.round((Date.now() - began) / 1000)} s`;
  const print = (text) => process.stdout.write(`${text}\n`);
  if (failure?.step) {
    const { step, output } = failure;
    print(`\n${output.trim()}\n`);
    print(
      `FAILED after ${time}: ${step.name}. To run only this: npm ${step.script ? `run ${step.script}` : 'ci'}`,
    );
    if (step.script === 'format:check') print('To put it right: npm run format');
    if (step.script === 'schemas:check') print('To put it right: npm run schemas');
    const left = steps.filter(({ name }) => name !== step.name && !passed.has(name)).map(({ name }) => name);
    if (left.length > 0) print(`Not run to the end: ${left.join(', ')}`);
  } else if (failure) print(`\nInterrupted after ${time}.`);
  else {
    print(`\nAll that must hold, holds (${time}).`);
    print('Next: npm run quickstart shows it at work; CONTRIBUTING.md says how to change it.');
  }
  for (const remark of remarks) print(remark);
  for (const test of failed) print(shortly(test));
  if (count.skipped > 0) print(`${count.skipped} tests were skipped.`);
  print(`${count.passed} passed, ${count.failed} failed`);
  if (failure?.interrupted) return 130;
  return failure ? 1 : 0;
}
