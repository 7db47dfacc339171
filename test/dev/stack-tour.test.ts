import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { DEMO_PEOPLE, DEMO_THREADS } from '../../dev/demo-family.ts';
import { tourSteps } from '../../dev/stack/tour.ts';

const readme = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');

it('the tour that the Phones page tells is the README’s, about people who are there', () => {
  const steps = tourSteps(readme);
  expect(steps.length).toBeGreaterThan(5);
  expect(steps[0]).toMatch(/^`npm ci && npm start`/);
  for (const step of steps) expect(step).not.toMatch(/\n|^\d\.|^#/);
  const told = steps.join(' ');
  for (const { name } of Object.values(DEMO_PEOPLE)) expect(told).toContain(name);
  expect(told).toContain(DEMO_THREADS.dinner.title);
});
