/**
 * Imports people with numbers and consent, in families of four with a thread each, into a stack started for it.
 * Usage: npm run bench:import [-- --people 10000 --size 4]
 */
import { parseArgs } from 'node:util';
import { spawnStack } from '../dev/stack/spawn-stack.ts';
import { localToken } from '../dev/token.ts';
import { machine } from './figures.ts';

const { values } = parseArgs({ options: { people: { type: 'string' }, size: { type: 'string' } } });
const PEOPLE = Number(values.people ?? 10_000);
/** People of a family. */
const SIZE = Number(values.size ?? 4);
const LINES = 1000;
const AT = '2026-01-31T12:00:00Z';

const person = (n: number) => ({
  user: {
    id: `usr_${n}`,
    familyId: `fam_${Math.floor(n / SIZE)}`,
    name: `Person ${n}`,
    phone: `+1${[202, 212, 213, 303][Math.floor(n / 5000) % 4]}5${String(550_000 + n).padStart(6, '0')}`,
    phoneVerifiedAt: AT,
    smsConsent: { at: AT, source: 'sign-up form', version: '2026-01' },
  },
});
const families = Array.from({ length: Math.ceil(PEOPLE / SIZE) }, (_, n) => ({
  family: { id: `fam_${n}`, name: `Family ${n}`, timeZone: 'America/New_York' },
}));
const people = Array.from({ length: PEOPLE }, (_, n) => person(n));

const stack = await spawnStack({ SEED_DEMO: '0' });
const token = await localToken([], stack.env.AUTH_SECRET!);

/** Sends lines, a thousand a call, and answers with the seconds that took. */
async function importAll(lines: readonly object[]): Promise<number> {
  const began = Date.now();
  for (let from = 0; from < lines.length; from += LINES) {
    const part = lines.slice(from, from + LINES);
    const answer = await fetch(`${stack.origin}/api/admin/import`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-ndjson' },
      body: part.map((line) => JSON.stringify(line)).join('\n'),
    });
    const results = (await answer.text()).trim().split('\n');
    const refused = results.filter((line) => !line.includes('"ok":true') || line.includes('refused'));
    if (answer.status !== 200 || refused.length > 0)
      throw new Error(`${answer.status}: ${refused.slice(0, 3).join(' ')}`);
  }
  return (Date.now() - began) / 1000;
}

try {
  console.log(machine());
  console.log(`${families.length} families: ${(await importAll(families)).toFixed(1)} s`);
  console.log(`${PEOPLE} people with number and consent: ${(await importAll(people)).toFixed(1)} s`);
  console.log(`the same again: ${(await importAll(people)).toFixed(1)} s`);
} finally {
  await stack.stop();
}
