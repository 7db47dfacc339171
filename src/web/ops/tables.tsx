import type { Child } from 'hono/jsx';

/** A table of an operator's figures; scrolls by itself where it is wider than its card. */
export function DataTable({
  caption,
  head,
  rows,
  numeric = [],
}: {
  caption: string;
  head: string[];
  rows: Child[][];
  /** Columns of numbers, from 0. */
  numeric?: number[];
}) {
  const kind = (i: number) => (numeric.includes(i) ? 'num right' : undefined);
  return (
    <section class="table-frame" tabindex={0} aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
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
                i === 0 ? <th scope="row">{cell}</th> : <td class={kind(i)}>{cell}</td>,
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
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
