/**
 * The operators' page over very many deliveries of thirty days: how long it takes, and how long posts take beside ten operators
 * who leave it open, and beside somebody who opens it twice a second, against posts alone.
 * Usage: npm run bench:ops [-- --deliveries 450000]
 */
import { glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { magicCookies } from '../dev/stack/sign-in.ts';
import { startStack } from '../dev/stack/stack.ts';
import { cpuSeconds, line, machine, timed } from './figures.ts';

const { values } = parseArgs({ options: { deliveries: { type: 'string' } } });
const DELIVERIES = Number(values.deliveries ?? 450_000);
const FAMILIES = 12;
const TIMES = 50;
const POSTS = 500;
const AUTHOR = { id: 'usr_0', familyId: 'fam_0', name: 'Author' };
/** The page looks again each half minute: ten operators come to one look in three seconds. */
const PACES = [
  { who: 'ten operators', operators: 10, everyMs: 3000, posts: 1500 },
  { who: 'twice a second', operators: 0, everyMs: 500, posts: POSTS },
];
const DAYS_MS = 30 * 86_400_000;

const dir = await mkdtemp(path.join(tmpdir(), 'fcs-ops-'));
const env = {
  PORT: '0',
  SIMULATOR_PORT: '0',
  STATE_DIR: path.join(dir, 'state'),
  SEED_DEMO: '0',
  OPERATOR_USER_IDS: AUTHOR.id,
  POSTS_PER_MINUTE: '100000',
  POSTS_PER_DAY: '100000',
};
const stack = await startStack({ env, devVars: false, log: () => undefined });
const { host, origin } = stack;
if (!host) throw new Error('The stack came without its host');

/** The files of the databases that hold families, each with one of them. */
async function databases(): Promise<{ db: DatabaseSync; familyId: string }[]> {
  const found: { db: DatabaseSync; familyId: string }[] = [];
  for await (const file of glob(path.join(dir, 'state/**/d1/**/*.sqlite'))) {
    const db = new DatabaseSync(file, { timeout: 10_000 });
    const isOurs = db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'families'`).get() !== undefined;
    const family = isOurs ? db.prepare('SELECT id FROM families LIMIT 1').get() : undefined;
    if (family) found.push({ db, familyId: String(family.id) });
    else db.close();
  }
  return found;
}

/** Deliveries of a family in every state, in the database's own file: by posts it would take a day. Triggers count them. */
function fill(db: DatabaseSync, familyId: string, count: number): void {
  const now = Date.now();
  db.prepare(
    `WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)
    INSERT INTO sms_delivery_log
      (id, family_id, kind, user_id, seq, status, reason, error, segments, wake_at, created_at, claimed_at, sent_at)
    SELECT printf('dlv_%07d', n), :family, 'message', (SELECT id FROM users WHERE family_id = :family), n,
      CASE WHEN n % 200 = 0 THEN 'deferred' WHEN n % 50 = 0 THEN 'failed' WHEN n % 5 = 0 THEN 'suppressed'
        WHEN n % 3 = 0 THEN 'merged' ELSE 'delivered' END,
      CASE WHEN n % 200 = 0 THEN 'quiet_hours' WHEN n % 50 = 0 THEN NULL WHEN n % 5 = 0 THEN 'muted' END,
      CASE WHEN n % 200 <> 0 AND n % 50 = 0 THEN '3000' || (n % 9) END,
      1, iif(n % 200 = 0, :now + 86400000, NULL), :now - n * CAST(:span / :count AS INTEGER), :now, :now
    FROM number`,
  ).run({ count, family: familyId, now, span: DAYS_MS });
}

try {
  console.log(machine());
  for (let n = 0; n < FAMILIES; n++) {
    const familyId = `fam_${n}`;
    await host.service('PUT', `/api/admin/families/${familyId}`, { name: familyId, timeZone: 'UTC' });
    await host.service('PUT', `/api/admin/users/usr_${n}`, { familyId, name: `Person ${n}` });
  }
  await host.service('PUT', '/api/admin/threads/thr_0', {
    familyId: AUTHOR.familyId,
    title: 'Bench',
    memberIds: [AUTHOR.id],
  });
  const stores = await databases();
  for (const { db, familyId } of stores) {
    fill(db, familyId, Math.round(DELIVERIES / stores.length));
    db.close();
  }
  const link = { userId: AUTHOR.id, threadId: 'thr_0' };
  const origins = { appOrigin: origin, publicOrigin: stack.publicOrigin };
  const cookies = await magicCookies(link, host, origins);
  const Cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const read = async (address: string) => {
    const answer = await fetch(`${origin}${address}`, { headers: { Cookie } });
    if (answer.status !== 200) throw new Error(`${address} answered ${answer.status}`);
    return await answer.text();
  };
  const open = () => read('/ops');
  const openExactly = async () => {
    const headers = { Cookie, 'Cache-Control': 'no-cache' };
    await (await fetch(`${origin}/ops`, { headers })).text();
  };
  const stats = () => host.service('GET', '/api/admin/stats');
  /** The page of each operator as it looks again by itself; with none, somebody who opens it. */
  const looker = (operators: number) => {
    const shown = Array.from({ length: operators }, () => '');
    return async (n: number) => {
      if (operators === 0) return void (await open());
      const html = await read(`/ops?again=${shown[n % operators]}`);
      shown[n % operators] = /data-seen="(\d+)"/.exec(html)?.[1] ?? '';
    };
  };
  const post = () => host.as(AUTHOR)('POST', '/api/threads/thr_0/messages', { body: 'Hello' });
  const times = async (count: number, work: () => Promise<unknown>) => {
    const taken: number[] = [];
    for (let n = 0; n < count; n++) taken.push(await timed(work));
    return taken;
  };

  await times(5, openExactly); // Warm.
  await times(20, post);
  console.log(`\n${DELIVERIES} deliveries of thirty days in ${stores.length} databases`);
  for (const [name, look] of [
    ['/ops, read anew each time', openExactly],
    ['/ops, opened again and again', open],
    ['/api/admin/stats', stats],
  ] as const) {
    const cpuBefore = await cpuSeconds(process.pid);
    console.log(line(name, await times(TIMES, look), [0.95, 1]));
    const cpu = (await cpuSeconds(process.pid)) - cpuBefore;
    console.log(`  ${Math.round((cpu / TIMES) * 1000)} ms of the processor each`);
  }
  console.log(line('a post, alone', await times(POSTS, post), [0.99, 1]));
  for (const { who, operators, everyMs, posts } of PACES) {
    const look = looker(operators);
    let opens = 0;
    let posting = true;
    const reader = (async () => {
      for (; posting; opens++) {
        await look(opens);
        await pause(everyMs);
      }
    })();
    const beside = await times(posts, post);
    posting = false;
    await reader;
    console.log(line(`beside /ops, ${who} (${opens})`, beside, [0.99, 1]));
  }
} finally {
  await stack.close();
  await rm(dir, { recursive: true, force: true });
}
