const seen = new Set<string>();

/** Notes a statement to be explained at the end of its test. */
export function noteStatement(query: string): void {
  seen.add(query);
}

/** The statements noted since the last explanation. */
export const statementsSeen = (): string[] => [...seen];

/** Small tables that are read whole: the map of stores, what operators have paused, the schema and its migrations. */
const READ_WHOLE = ['slots', 'homes', 'slot_moves', 'pauses', 'd1_migrations', 'sqlite_master'];

/** Statements, by name: some count on purpose, for operators alone; one takes the first row, whichever it is. */
const READ_ON_PURPOSE = /^\/\* (familiesCounted|familiesHeldUp|anyFamily) \*\//;

/** The tables that a plan reads from end to end; what the statement itself made up may be. */
export function scans(details: readonly string[]): string[] {
  const own = new Set(details.flatMap((line) => /^(?:MATERIALIZE|CO-ROUTINE) (\S+)/.exec(line)?.[1] ?? []));
  return details.flatMap((line) => {
    const table = /^SCAN (\S+)/.exec(line)?.[1];
    if (
      !table ||
      own.has(table) ||
      READ_WHOLE.includes(table) ||
      table === 'CONSTANT' ||
      table.startsWith('(')
    )
      return [];
    return /VIRTUAL TABLE/.test(line) ? [] : [line];
  });
}

/** Tables that grow with what people do: a range of them that nothing ends is as good as the whole table. */
const GROWING = [
  'sms_delivery_log',
  'messages',
  'events',
  'links',
  'sessions',
  'consent_events',
  'threads',
  'users',
];

/** Statements whose open range is known to be short, and why. */
const KNOWN_SHORT = [
  /^delete from "events" where /, // Up to the last of a page that was read just before.
];

/** Indexes of few rows: what is open, or went wrong. */
const FEW = ['deliveries_wake', 'deliveries_in_sight'];

/**
 * The searches of a plan that may go through a whole table: a range of a growing table, without a value that is asked for
 * and with one end or none, in a statement that has no LIMIT.
 */
export function openRanges(query: string, details: readonly string[]): string[] {
  if (/\blimit\b/i.test(query) || KNOWN_SHORT.some((known) => known.test(query))) return [];
  const withoutExists = query.replace(/\bexists\s*\(select [^()]*\)/gi, ''); // It ends with the first row.
  return details.filter((line) => {
    const [, table, index, range] =
      /^SEARCH (\w+) USING (?:(?:COVERING )?INDEX|INTEGER PRIMARY) (\S+) \((.*)\)/.exec(line) ?? [];
    if (!table || !index || !range) return false;
    const known = new RegExp(`"?(${GROWING.join('|')})"?(?: as)? "?${table}"?\\b`, 'i').test(withoutExists);
    const isGrowing = known || (new RegExp(`\\b${table}\\b`).test(withoutExists) && GROWING.includes(table));
    return isGrowing && !FEW.includes(index) && !range.includes('=') && !/>\?.*<\?/.test(range);
  });
}

const parametersOf = (query: string) => Array.from(query.matchAll(/\?/g), () => null);

/** What was found of statements that were explained before: the files of a runtime ask many of the same. */
const explained = new Map<string, readonly string[]>();

const isPlanned = (query: string) =>
  !READ_ON_PURPOSE.test(query) && /^\s*(?:\/\*.*?\*\/)?\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/i.test(query);

/** Explains statements, in one trip to the database. */
async function explain(db: D1Database, queries: readonly string[]): Promise<void> {
  const planned = queries.filter(isPlanned);
  const plans =
    planned.length === 0
      ? []
      : await db.batch<{ detail: string }>(
          planned.map((query) => db.prepare(`EXPLAIN QUERY PLAN ${query}`).bind(...parametersOf(query))),
        );
  for (const query of queries) explained.set(query, []);
  planned.forEach((query, i) => {
    const details = plans[i]!.results.map(({ detail }) => detail);
    explained.set(query, [...scans(details), ...openRanges(query, details)]);
  });
}

/** Every statement seen that scans a table, with the plan's lines that say so; then forgets them. */
export async function statementsThatScan(db: D1Database): Promise<string[]> {
  const queries = [...seen];
  seen.clear();
  await explain(
    db,
    queries.filter((query) => !explained.has(query)),
  );
  return queries.flatMap((query) => {
    const found = explained.get(query)!;
    return found.length === 0 ? [] : [[query, ...found].join('\n  ')];
  });
}
