import type { MetadataJson } from 'libphonenumber-js/core';
import { createPhones, type Phones } from './phone-number.ts';

/** Where the build puts the plans among the Worker's own files (dev/build.ts). */
const FILE = 'https://assets.local/number-plans.json';

let loaded: Phones | null = null;

/**
 * The number plans, read from the Worker's own files once an isolate: inside the Worker they would be a
 * sixth of its size.
 * @throws when the file cannot be read; whoever needs to know a number then fails, and tries again
 */
export async function loadPhones(assets: Fetcher): Promise<Phones> {
  if (loaded) return loaded;
  const answer = await assets.fetch(FILE);
  if (!answer.ok) throw new Error(`The number plans answered ${answer.status}; was the build run?`);
  loaded = createPhones(await answer.json<MetadataJson>());
  return loaded;
}
