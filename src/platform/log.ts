/** Fields of a log line: ids, counts, codes. Never a number in clear, words, codes or tokens. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** JSON lines for operators. `event` is a stable word, dotted by domain: `delivery.sent`. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** A log that writes to the console, one JSON line an event. */
export function consoleLog(): Log {
  const line = (level: string, event: string, fields: LogFields = {}) =>
    JSON.stringify({ level, event, ...fields });
  return {
    info: (event, fields) => console.log(line('info', event, fields)),
    warn: (event, fields) => console.warn(line('warn', event, fields)),
    error: (event, fields) => console.error(line('error', event, fields)),
  };
}

/**
 * An error as loggable fields: the innermost cause speaks. What could not be read is not quoted, though errors of
 * JSON do so, and digits that could be a number are struck out.
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
