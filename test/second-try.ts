import type { TestCase } from 'vitest/node';
import type { Reporter } from 'vitest/reporters';

/**
 * Tests with real engines and servers have a second try, since a machine may be busy with other things when a time limit
 * is near. One that needed it is no failure, but nobody's to overlook: it is told of, with what it said first.
 */
export default class SecondTry implements Reporter {
  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return;
    const [first] = test.result().errors ?? [];
    const [why = 'no reason was kept'] = (first?.message ?? '')
      .split('\n')
      .filter((line) => line.trim() !== '');
    console.warn(
      `\nSECOND TRY, ${test.module.relativeModuleId} > ${test.fullName}: it failed first with: ${why}\n`,
    );
  }
}
