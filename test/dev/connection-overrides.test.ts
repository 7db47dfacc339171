import { expect, it } from 'vitest';
import { connectionOverrides } from '../../dev/simulator/connection-overrides.ts';

it.each([
  ['', 1, ['ct'], 15_000, 15_000],
  ['#rc=3&rp=5xx,ct,rt', 3, ['ct', 'rt', '5xx'], 15_000, 15_000],
  ['#rp=all&rc=0', 0, ['ct', 'rt', '4xx', '5xx'], 15_000, 15_000],
  ['#rc=9&rt=20000&tt=50', 1, ['ct'], 15_000, 15_000],
  ['#rc=5&rt=100&tt=2000&rp=4xx', 5, ['4xx'], 100, 2000],
  ['#rc=&rt=abc', 1, ['ct'], 15_000, 15_000],
])('%j', (fragment, retries, retryOn, readTimeoutMs, totalTimeMs) => {
  const { retryOn: set, ...rest } = connectionOverrides(`https://portal.example/status?a=1${fragment}`);
  expect(rest).toEqual({ retries, readTimeoutMs, totalTimeMs });
  expect([...set]).toEqual(retryOn);
});
