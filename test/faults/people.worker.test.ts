import { describe, expect, it } from 'vitest';
import { injectEverywhere } from './operation.ts';
import { PEOPLE_OPERATIONS } from './people.ts';

describe('wherever a fault strikes, it ends well when', () => {
  it.each(PEOPLE_OPERATIONS.map((each) => [each.name, each] as const))(
    '%s',
    { timeout: 120_000 },
    async (_, operation) => {
      expect(await injectEverywhere(operation)).toBeGreaterThan(0);
    },
  );
});
