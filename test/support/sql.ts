/** What D1 binds. */
export type Param = string | number | boolean | null;

/** A piece of SQL: the text with a `?` for each parameter, and the parameters, which never touch the text. */
export interface SQL {
  readonly text: string;
  readonly params: readonly Param[];
  readonly isSql: true;
}

const piece = (text: string, params: readonly Param[]): SQL => ({ text, params, isSql: true });

const NOTHING = piece('', []);

function join(pieces: readonly SQL[], separator: SQL = NOTHING): SQL {
  const params = pieces.flatMap(({ params: own }, i) => (i === 0 ? own : [...separator.params, ...own]));
  return piece(pieces.map(({ text }) => text).join(separator.text), params);
}

function template(strings: TemplateStringsArray, ...values: readonly (SQL | Param)[]): SQL {
  let text = strings[0]!;
  const params: Param[] = [];
  values.forEach((value, i) => {
    const isPiece = typeof value === 'object' && value !== null;
    text += (isPiece ? value.text : '?') + strings[i + 1];
    if (isPiece) params.push(...value.params);
    else params.push(value);
  });
  return piece(text, params);
}

/**
 * SQL as a template: a value becomes a bound parameter, a piece of SQL is put in with its own.
 * `sql.raw` takes text as it is (never anything from outside), `sql.join` puts pieces in a row.
 */
export const sql = Object.assign(template, { raw: (text: string) => piece(text, []), join });

/** A database for a test's own questions, in SQL as text: they may scan, and are not counted. */
export interface RawDb {
  all<T = Record<string, unknown>>(query: SQL): Promise<T[]>;
  run(query: SQL): Promise<unknown>;
}

interface Preparing {
  prepare(text: string): {
    bind(...params: readonly Param[]): { all(): Promise<{ results: unknown[] }>; run(): Promise<unknown> };
  };
}

/**
 * Asks several databases as if they were one: rows come from all of them, and a change is made wherever it applies.
 * @param databases D1s with the same tables
 */
export const rawDb = (databases: readonly Preparing[]): RawDb => ({
  all: async <T>({ text, params }: SQL) => {
    const answers = await Promise.all(
      databases.map((db) =>
        db
          .prepare(text)
          .bind(...params)
          .all(),
      ),
    );
    return answers.flatMap(({ results }) => results as T[]);
  },
  run: async ({ text, params }) => {
    const make = (db: Preparing) =>
      db
        .prepare(text)
        .bind(...params)
        .run();
    if (!/^\s*INSERT/i.test(text)) {
      await Promise.all(databases.map(make));
      return;
    }
    // A row belongs into one database: the first in which its parents are.
    let failure: unknown;
    for (const db of databases) {
      try {
        await make(db);
        return;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  },
});
