/**
 * CPU time that a post and its texts take to make their statements: from values to what D1 is handed, texts and bound
 * parameters. A stand-in takes the place of D1 and answers with no rows. Exits 1 when a post takes more than 0.4 ms.
 * Usage: npm run bench:statements
 */
import { cpus, loadavg } from 'node:os';

const MOST_MS = 0.4;
const WARM = 2000;
const ROUNDS = 7;
const PER_ROUND = 1000;
const FRESH = 25;
const WAVE = 25;

type Statements = Record<string, unknown>;
interface Database {
  batch(statements: Statements): Promise<unknown>;
}

/** A file of the product. They are typed for Workers, not for Node: each use says what it takes from one. */
const load = async <T>(file: string): Promise<T> =>
  await import(new URL(`../src/${file}`, import.meta.url).href);

interface Post {
  postStatements(posting: object, by: 'session' | 'host'): Statements;
}
const { openDatabases } = await load<{ openDatabases(env: object): { directory: Database } }>('db/client.ts');
const { postStatements } = await load<Post>('chat/post-message.ts');
const { selectFacts } = await load<{ selectFacts(values: object): unknown }>('notifications/send/facts.ts');
const { claimWave, writeClaimedLinks } = await load<{
  claimWave(rows: object[], claim: string, now: number, config: object): unknown;
  writeClaimedLinks(rows: object[], claim: string): unknown;
}>('notifications/deliveries/claim.ts');
const { finishWave, mergeInto } = await load<{
  finishWave(rows: object[], claim: string, now: number): unknown;
  mergeInto(ids: string[]): unknown;
}>('notifications/deliveries/finish.ts');
const { reportStatements } = await load<{ reportStatements(report: object): Statements }>(
  'notifications/deliveries/receipts.ts',
);

const statement = { bind: () => statement };
const DB = {
  prepare: () => statement,
  batch: (list: unknown[]) => Promise.resolve(list.map(() => ({ results: [], meta: {} }))),
};
const { directory: db } = openDatabases({ DB });

const now = Date.now();
const wave = Array.from({ length: WAVE }, (_, i) => `dlv_01KBENCH0000000000000000${i}_0123456789`);
const posting = {
  userId: 'usr_rosa',
  familyId: 'fam_1',
  sessionId: 'ses_1',
  threadId: 'thr_1',
  id: 'msg_01KBENCH00000000000000000',
  body: 'Dinner is at six on Sunday; who brings the salad?',
  fileIds: '[]',
  urgent: false,
  via: 'app',
  clientKey: 'key-1',
  digest: 'digest',
  stem: 'dlv_01KBENCH00000000000000000',
  now,
  minuteAt: 0,
  dayAt: 0,
  perMinute: 60,
  perDay: 2000,
  createdAt: now,
  dayAgo: now - 86_400_000,
  wakeAt: now + 60_000,
};
const target = { userId: 'usr_maya', familyId: 'fam_1', threadId: 'thr_1', kind: 'text' };
const link = { ...target, codeHash: 'hash', loginUntil: now, expiresAt: now, createdAt: now };
const ended = { status: 'sent', sid: 'SM1', segments: 1, error: null, until: null };

/** What each step of the way hands over, a round trip each. */
const STEPS: Record<string, () => Statements> = {
  'a post': () => postStatements(posting, 'session'),
  'a post by text': () => postStatements({ ...posting, via: 'sms', sessionId: '' }, 'host'),
  [`the facts of ${WAVE}`]: () => ({ facts: selectFacts({ ids: JSON.stringify(wave) }) }),
  [`a claim of ${WAVE}`]: () => ({
    claimed: claimWave(
      wave.map((id) => ({
        id,
        phone: '+12025550123',
        attempts: 0,
        revision: 0,
        coversSeq: 7,
        covers: '[0,null,[]]',
      })),
      'clm_1',
      now,
      { CLAIM_LEASE_SECONDS: 60 },
    ),
    links: writeClaimedLinks(
      wave.map((deliveryId) => ({ ...link, deliveryId })),
      'clm_1',
    ),
  }),
  [`the outcome of ${WAVE}`]: () => ({
    finished: finishWave(
      wave.map((id) => ({ id, ...ended })),
      'clm_1',
      now,
    ),
    merged: mergeInto(wave),
  }),
  'a receipt': () =>
    reportStatements({
      deliveryId: wave[0],
      sid: 'SM1',
      status: 'delivered',
      errorCode: null,
      segments: null,
      now,
    }),
};

/** CPU of this process, in ms, that some work takes. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function repeat(times: number, statements: () => Statements): Promise<void> {
  for (let i = 0; i < times; i++) await db.batch(statements());
}

/** ms of CPU a time, of many: the middle one of several rounds. */
async function timeOf(statements: () => Statements): Promise<number> {
  await repeat(WARM, statements);
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push((await cpuOf(() => repeat(PER_ROUND, statements))) / PER_ROUND);
  return median(rounds);
}

/** ms of CPU of a post whose statements were never built before, as in a Worker that has just started. */
async function timeOfFirst(): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < FRESH; i++) {
    const fresh = await load<Post>(`chat/post-message.ts?${i}`);
    times.push(await cpuOf(() => db.batch(fresh.postStatements(posting, 'session'))));
  }
  return median(times);
}

console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, load ${loadavg()[0]?.toFixed(1)} before, Node ${process.version}\n`,
);
let tooMuch = false;
for (const [name, statements] of Object.entries(STEPS)) {
  const ms = await timeOf(statements);
  const made = Object.values(statements()).filter(Boolean).length;
  console.log(`${name.padEnd(22)}${(ms * 1000).toFixed(0).padStart(6)} µs   (${made} statements)`);
  tooMuch ||= name === 'a post' && ms > MOST_MS;
}
console.log(
  `${'the first post'.padEnd(22)}${((await timeOfFirst()) * 1000).toFixed(0).padStart(6)} µs   (built, then filled in)`,
);
if (tooMuch) {
  console.error(`\nA post takes more than ${MOST_MS} ms.`);
  process.exitCode = 1;
}
