import path from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from 'miniflare';
import { applyMigrations } from '../../dev/stack/apply-migrations.ts';
import { readMigrations } from '../../dev/stack/migrations.ts';
import { claimPort } from '../../dev/stack/ports.ts';
import { describeWorker } from '../../dev/stack/worker-options.ts';
import { codeHash, linkCode } from '../../src/links/link-code.ts';
import { signMagic } from '../../src/links/magic-token.ts';
import { workerSettings } from '../support/settings.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TEN_MINUTES = 600_000;

/** The Worker over real HTTP, with people and threads, for a real browser. */
export interface Portal {
  origin: string;
  /** The same Worker under another host name, as LINK_ALTERNATE_ORIGIN. */
  alternateOrigin: string;
  /** Writes a link for a person and gives its paths. */
  newLink(userId: string, options?: { loginMs?: number }): Promise<LinkPaths>;
  /** Sessions of a person, and their links that were consumed. */
  effects(userId: string): Promise<{ sessions: number; consumed: number }>;
  close(): Promise<void>;
}

/** Paths that lead to one link. */
export interface LinkPaths {
  code: string;
  text: string;
  magic: string;
  universal: string;
}

const SEED = [
  "INSERT INTO families (id, name, created_at) VALUES ('fam', 'Rivera', 0)",
  `INSERT INTO users (id, family_id, name, created_at) VALUES
    ('usr_rosa', 'fam', 'Rosa', 0), ('usr_ben', 'fam', 'Ben', 0), ('usr_ana', 'fam', 'Ana', 0)`,
  'INSERT INTO people (id, family_id, claimed_at) SELECT id, family_id, 0 FROM users',
  `INSERT INTO threads (id, family_id, title, last_activity_at, created_at)
    VALUES ('thr_1', 'fam', 'Sunday dinner', 0, 0)`,
  `INSERT INTO thread_members (thread_id, user_id, family_id, joined_at)
    SELECT 'thr_1', id, 'fam', 0 FROM users`,
];

/** Starts the Worker on a free port, its database in memory. */
export async function startPortal(): Promise<Portal> {
  const port = await claimPort(0, 'PORT');
  const origin = `http://127.0.0.1:${port}`;
  const alternateOrigin = `http://localhost:${port}`;
  const settings: Record<string, string> = {
    ...workerSettings(9),
    PUBLIC_ORIGIN: origin,
    LINK_ALTERNATE_ORIGIN: alternateOrigin,
  };
  const worker = await describeWorker(ROOT, 0);
  const options = { ...worker.options, bindings: settings } as V4WorkerOptions;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      port,
      cf: false,
      log: new Log(LogLevel.ERROR),
      telemetry: { enabled: false },
      workers: [options],
    }),
  );
  await miniflare.ready;
  const database = await miniflare.getD1Database('DB');
  await applyMigrations(database, await readMigrations(worker.migrationsDir));
  await database.batch(SEED.map((statement) => database.prepare(statement)));

  let made = 0;
  const secret = settings.MAGIC_SECRET ?? '';
  return {
    origin,
    alternateOrigin,
    newLink: async (userId, { loginMs = TEN_MINUTES } = {}) => {
      const now = Date.now();
      const code = await linkCode(secret, { id: `test_${made++}`, familyId: 'fam' });
      await database
        .prepare(
          `INSERT INTO links (code_hash, kind, family_id, user_id, thread_id, login_until, expires_at, created_at)
           VALUES (?, 'magic', 'fam', ?, 'thr_1', ?, ?, ?)`,
        )
        .bind(await codeHash(code), userId, now + loginMs, now + 2 * TEN_MINUTES, now)
        .run();
      const lifetime = { now, loginUntil: now + loginMs };
      const token = await signMagic(secret, { code, userId, threadId: 'thr_1' }, lifetime);
      return {
        code,
        text: `/l/${code}`,
        magic: `/magic?token=${token}`,
        universal: `/ul/thread/thr_1?mt=${token}`,
      };
    },
    effects: async (userId) => {
      const row = await database
        .prepare(
          `SELECT (SELECT count(*) FROM sessions WHERE user_id = ?1) AS sessions,
             (SELECT count(*) FROM links WHERE user_id = ?1 AND consumed_at IS NOT NULL) AS consumed`,
        )
        .bind(userId)
        .first<{ sessions: number; consumed: number }>();
      if (!row) throw new Error('No counts');
      return row;
    },
    close: () => miniflare.dispose(),
  };
}
