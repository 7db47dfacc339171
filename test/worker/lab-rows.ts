import { env } from 'cloudflare:workers';
import { homeOfLab } from './lab.ts';
import { DIRECTORY } from './realms.ts';

const { DB } = env as unknown as { DB: D1Database };
const ofDirectory = new RegExp(`\\bFROM (?:${[...DIRECTORY].join('|')})\\b`);

/** What a query gives, of the directory or of the family in the lab that is open. */
export async function rowsOf<T = Record<string, unknown>>(query: string): Promise<T[]> {
  const { results } = await (ofDirectory.test(query) ? DB : homeOfLab()).prepare(query).all<T>();
  return results;
}

/** The one row that a query gives. @throws when there are more, or none */
export async function oneRow<T = Record<string, unknown>>(query: string): Promise<T> {
  const rows = await rowsOf<T>(query);
  if (rows.length !== 1) throw new Error(`${rows.length} rows, not one: ${query}`);
  return rows[0]!;
}

/** How many rows there are. @param what a table, and a condition: `links WHERE opened_at > 0` */
export const countRows = async (what: string): Promise<number> =>
  (await oneRow<{ n: number }>(`SELECT COUNT(*) AS n FROM ${what}`)).n;
