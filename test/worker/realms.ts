/** The directory: what is found without knowing a family. Every other table is family data. */
export const DIRECTORY: ReadonlySet<string> = new Set([
  'phone_numbers',
  'family_updates',
  'verification_codes',
  'rate_counters',
  'inbound_texts',
  'dead_letters',
  'alerts',
  'audit_log',
  'heartbeats',
  'service_keys',
  'link_opens',
  'pauses',
  'slots',
  'homes',
  'moves',
  'slot_moves',
  'host_presence',
  'people',
  'thread_ids',
]);

/** The two realms of the model, which will not always share a database. */
export type Realm = 'directory' | 'family';

/** Whose tables a statement reads or writes. @param tables the names of all tables */
export function realmsOf(query: string, tables: ReadonlySet<string>): Set<Realm> {
  const named = [...query.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE)\s+["`]?(\w+)/gi)].map((match) => match[1]!);
  return new Set(
    named.filter((name) => tables.has(name)).map((name) => (DIRECTORY.has(name) ? 'directory' : 'family')),
  );
}

const trips = new Map<string, { statements: readonly string[]; via: Realm | null }>();

/** Notes one trip to the database: a statement or a batch. @param via the realm it was asked of, where known */
export function noteTrip(statements: readonly string[], via: Realm | null = null): void {
  trips.set([via, ...statements].join('\n'), { statements, via });
}

/**
 * The trips seen that touch both realms, or are sent to the other realm: none of them could survive a split. Then
 * forgets them.
 */
export function tripsThatStraddle(tables: ReadonlySet<string>): string[] {
  const taken = [...trips.values()];
  trips.clear();
  return taken.flatMap(({ statements, via }) => {
    const realms = new Set(statements.flatMap((query) => [...realmsOf(query, tables)]));
    if (via) realms.add(via);
    return realms.size > 1 ? [statements.join(';\n')] : [];
  });
}
