import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The directory's database of a stack, in its file, which only a stack that is down leaves to others. */
export interface DirectoryFile {
  /** Whether the person's number is opted out. */
  isOut(userId: string): boolean;
  /** How many updates are pending: those of one person, or of a family. */
  pendingUpdates(whose: { userId: string } | { familyId: string }): number;
  /** Puts opt-outs in that no family's rows can take: the ledger wants a source. */
  addStuck(familyId: string, userIds: readonly string[]): void;
}

/** A runtime that was killed holds its files until it is gone, which a busy machine takes a while for; ms. */
const PATIENT = { timeout: 30_000 };

/** The directory among the databases: the one that holds numbers. @throws when there is none */
async function findDirectory(stateDir: string): Promise<string> {
  const names = await readdir(stateDir, { recursive: true });
  for (const name of names.filter((each) => each.endsWith('.sqlite'))) {
    const file = path.join(stateDir, name);
    const database = new DatabaseSync(file, PATIENT);
    try {
      const table = "SELECT 1 AS one FROM sqlite_master WHERE type = 'table' AND name = 'phone_numbers'";
      if (!database.prepare(table).get()) continue;
      if (database.prepare('SELECT 1 AS one FROM phone_numbers LIMIT 1').get()) return file;
    } finally {
      database.close();
    }
  }
  throw new Error(`No database in ${stateDir} holds numbers`);
}

/**
 * Opens the directory's file while the stack is down, and closes it again.
 * @param stateDir where the stack keeps its state
 */
export async function inDirectoryFile<T>(stateDir: string, use: (directory: DirectoryFile) => T): Promise<T> {
  const database = new DatabaseSync(await findDirectory(stateDir), PATIENT);
  const count = (column: string, value: string) =>
    database
      .prepare(`SELECT count(*) AS n FROM family_updates WHERE ${column} = ? AND applied_at IS NULL`)
      .get(value)?.n;
  try {
    return use({
      isOut: (userId) =>
        database
          .prepare('SELECT 1 AS one FROM phone_numbers WHERE user_id = ? AND opted_out_at IS NOT NULL')
          .get(userId) !== undefined,
      pendingUpdates: (whose) =>
        Number('userId' in whose ? count('user_id', whose.userId) : count('family_id', whose.familyId)),
      addStuck(familyId, userIds) {
        const insert = database.prepare(
          'INSERT INTO family_updates (id, family_id, user_id, change, created_at) VALUES (?, ?, ?, ?, 0)',
        );
        const change = JSON.stringify({ kind: 'consent', action: 'opt_out', source: null, at: 0 });
        for (const userId of userIds) insert.run(`upd_stuck_${userId}`, familyId, userId, change);
      },
    });
  } finally {
    database.close();
  }
}
