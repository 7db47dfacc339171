/** Fields of a log line: ids, counts, codes. Never phone numbers, message texts, one-time codes or tokens. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** A structured log. `event` is a stable name, dotted by domain: `delivery.sent`. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** A log that writes one JSON line per event to the console, each with the fields of `context`. Never throws. */
export function consoleLog(context: LogFields = {}): Log {
  const line = (level: string, event: string, fields: LogFields = {}) =>
    JSON.stringify({ level, event, ...context, ...fields });
  return {
    info: (event, fields) => console.log(line('info', event, fields)),
    warn: (event, fields) => console.warn(line('warn', event, fields)),
    error: (event, fields) => console.error(line('error', event, fields)),
  };
}

/**
 * An error as loggable fields, taken from the innermost cause. Quotes from unparsed input and digits that could
 * be a phone number are removed.
 */
export function errorFields(error: unknown): { error: string; cause: string } {
  let inner: unknown = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (!(inner instanceof Error)) return { error: 'unknown', cause: typeof inner };
  const cause = inner instanceof SyntaxError ? 'not to be read' : inner.message;
  return {
    error: error instanceof Error ? error.name : inner.name,
    cause: cause.replace(/\+?\d(?:[\s().-]{0,2}\d){6,}/g, '#').slice(0, 300),
  };
}
