/**
 * Imports people with numbers and consent, in families of four with a thread each, into a stack started for it.
 * Usage: npm run bench:import [-- --people 10000 --size 4]
 */
import { parseArgs } from 'node:util';
import { spawnStack } from '../dev/stack/spawn-stack.ts';
import { localToken } from '../dev/token.ts';
import { machine, timed } from './figures.ts';
import { importLines } from './import-lines.ts';

const { values } = parseArgs({ options: { people: { type: 'string' }, size: { type: 'string' } } });
const PEOPLE = Number(values.people ?? 10_000);
/** People of a family. */
const SIZE = Number(values.size ?? 4);
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

const importAll = async (lines: readonly object[]) =>
  (await timed(() => importLines(stack.origin, token, lines))) / 1000;

try {
  console.log(machine());
  console.log(`${families.length} families: ${(await importAll(families)).toFixed(1)} s`);
  console.log(`${PEOPLE} people with number and consent: ${(await importAll(people)).toFixed(1)} s`);
  console.log(`the same again: ${(await importAll(people)).toFixed(1)} s`);
} finally {
  await stack.stop();
}
