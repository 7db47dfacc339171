import type { Child } from 'hono/jsx';

/** Rows that are shown at once: a month of days. */
const SHOWN = 31;

/** See {@link DataTable}. */
interface TableProps {
  caption: string;
  head: string[];
  rows: Child[][];
  /** Columns of numbers, from 0. */
  numeric?: number[];
}

/** A table of an operator's figures; of many rows the later ones are folded. */
export function DataTable({ rows, ...table }: TableProps) {
  const [shown, folded] = [rows.slice(0, SHOWN), rows.slice(SHOWN)];
  return (
    <>
      <Rows {...table} rows={shown} />
      {folded.length > 0 && (
        <details class="more">
          <summary>{folded.length} more</summary>
          <Rows {...table} caption={`${table.caption}, the others`} rows={folded} />
        </details>
      )}
    </>
  );
}

/**
 * Where its card is too narrow for the columns, each row becomes a block in which every value stands behind the name of
 * its column: nothing has to be scrolled sideways, and no number is cut.
 */
function Rows({ caption, head, rows, numeric = [] }: TableProps) {
  const isWide = head.length - numeric.length > 3 || head.length > 6;
  const kind = (i: number) => (numeric.includes(i) ? 'num right' : undefined);
  /** A block leaves out what is nothing. */
  const isLeftOut = (cell: Child) => cell === '–' || (numeric.length > 3 && cell === 0);
  /** Of two columns the second needs no name. */
  const labelOf = (i: number) => (head.length > 2 ? head[i] : undefined);
  return (
    <table class={isWide ? 'data wide' : 'data'} aria-label={caption}>
      <thead>
        <tr>
          {head.map((words, i) => (
            <th scope="col" class={kind(i)}>
              {words}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells) => (
          <tr>
            {cells.map((cell, i) =>
              i === 0 ? (
                <th scope="row">{cell}</th>
              ) : (
                <td class={isLeftOut(cell) ? `${kind(i) ?? ''} nil` : kind(i)} data-label={labelOf(i)}>
                  {cell}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const STATES = {
  good: { words: 'Fine', tone: 'good' },
  slow: { words: 'Look at it', tone: 'care' },
  bad: { words: 'Not working', tone: 'bad' },
  off: { words: 'Not used', tone: '' },
} as const;

/** A state, in a word and a colour. */
export const StatePill = ({ state }: { state: keyof typeof STATES }) => (
  <span class={`pill ${STATES[state].tone}`}>{STATES[state].words}</span>
);

/** A figure with its name. */
export function Tile({ name, value, hint }: { name: string; value: string; hint?: string }) {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd class="num">{value}</dd>
      {hint && <dd class="soft small">{hint}</dd>}
    </div>
  );
}
