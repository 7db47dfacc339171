import { describe, expect, it } from 'vitest';
import { injectEverywhere } from './operation.ts';
import { TEXT_OPERATIONS } from './texts.ts';

describe('wherever a fault strikes, one text or one reason, when', () => {
  it.each(TEXT_OPERATIONS.map((each) => [each.name, each] as const))(
    '%s',
    { timeout: 120_000 },
    async (_, operation) => {
      expect(await injectEverywhere(operation)).toBeGreaterThan(0);
    },
  );
});
