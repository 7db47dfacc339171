import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { API_TYPES, apiTypes } from '../../dev/client-types.ts';

it('the types of the API are those of the routes (npm run client-types writes them anew)', async () => {
  expect(readFileSync(API_TYPES, 'utf8')).toBe(await apiTypes());
});
