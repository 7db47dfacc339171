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
