const seen = new Set<string>();

/** Notes a statement to be explained at the end of the test file. */
export function noteStatement(query: string): void {
  seen.add(query);
}

/** The statements noted since the last explanation. */
export const statementsSeen = (): string[] => [...seen];

/** Small tables that an isolate reads whole: the map of stores, and what operators have paused. */
const READ_WHOLE = ['slots', 'homes', 'pauses'];

/** Statements, by name, that read an index from end to end on purpose: asked by operators alone. */
const OPERATORS_COUNT = /^\/\* familiesCounted \*\//;

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

/** Every statement seen that scans a table, with the plan's line that says so; then forgets them. */
export async function statementsThatScan(db: D1Database): Promise<{ query: string; scans: string[] }[]> {
  const guilty: { query: string; scans: string[] }[] = [];
  for (const query of seen) {
    if (OPERATORS_COUNT.test(query)) continue;
    if (!/^\s*(?:\/\*.*?\*\/)?\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/i.test(query)) continue;
    const parameters = Array.from(query.matchAll(/\?/g), () => null);
    const { results } = await db
      .prepare(`EXPLAIN QUERY PLAN ${query}`)
      .bind(...parameters)
      .all<{ detail: string }>();
    const found = scans(results.map(({ detail }) => detail));
    if (found.length > 0) guilty.push({ query, scans: found });
  }
  seen.clear();
  return guilty;
}
