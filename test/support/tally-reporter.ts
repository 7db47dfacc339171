import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with the line `N passed, N failed`; what failed outside any test counts as one each. Before it, each test
 * that passed only at a second try: such a test, or what it tests, is to be mended.
 */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests.filter((each) => each.diagnostic()?.flaky)) {
        process.stdout.write(`\nPassed at the second try: ${module.moduleId}: ${test.fullName}`);
      }
      const states = tests.map((test) => test.result().state);
      passed += states.filter((state) => state === 'passed').length;
      const failures = states.filter((state) => state === 'failed').length;
      failed += failures > 0 || module.ok() ? failures : 1;
    }
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  }
}
