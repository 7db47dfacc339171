const CHANGE = /^\s*(?:\/\*.*?\*\/)?\s*(insert|update|delete)\s+(?:into\s+|from\s+)?["`]?(\w+)/i;

/**
 * What a statement does, in two words (`update sms_delivery_log`), or `select`, whoever wrote it: drizzle quotes names,
 * writes small, and may put the name that the statement has in its batch before it.
 */
export function statementName(query: string): string {
  const [, verb, table] = CHANGE.exec(query) ?? [];
  return verb ? `${verb.toLowerCase()} ${table}` : 'select';
}

/** The name that a statement has in its batch; null for one that went alone. */
export const nameInBatch = (query: string): string | null => /^\/\* (\w+) \*\//.exec(query)?.[1] ?? null;
