import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with the line `N passed, N failed`; what failed outside any test counts as one each. */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      passed += states.filter((state) => state === 'passed').length;
      const failures = states.filter((state) => state === 'failed').length;
      failed += failures > 0 || module.ok() ? failures : 1;
    }
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  }
}
