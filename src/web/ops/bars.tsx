/** A kind of thing that bars are made of: its words, and its colour by class name. */
export interface Series {
  key: string;
  words: string;
  className: string;
}

/** One bar: its words, and how much of each kind. */
export interface Bar {
  label: string;
  values: Record<string, number>;
}

/** Heights in pixels; widths are shares of the chart's, so that its words keep their size on a phone. */
const HEIGHT = 220;
const BOTTOM = 24;
const TOP = 8;
/** Percent of the width that the axis takes. */
const LEFT = 9;

const percent = (n: number) => `${Math.round(n * 100) / 100}%`;

const total = ({ values }: Bar, series: readonly Series[]) =>
  series.reduce((sum, { key }) => sum + (values[key] ?? 0), 0);

/** The next round number at or above `n`, for the end of an axis: 1, 2, 5, 10, 20 … */
export function roundUp(n: number): number {
  if (n <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= n) ?? n;
}

/** Which of `count` labels are written, so that at most `most` are: the last one and every so many before it. */
const isLabelled = (i: number, count: number, most = 4) => (count - 1 - i) % Math.ceil(count / most) === 0;

/** Bars over time, kinds one upon the other. The same numbers stand in a table beside it. */
export function StackedBars({ bars, series, label }: { bars: Bar[]; series: Series[]; label: string }) {
  const top = roundUp(Math.max(1, ...bars.map((bar) => total(bar, series))));
  const scale = (HEIGHT - TOP - BOTTOM) / top;
  const step = (100 - LEFT) / Math.max(1, bars.length);
  const width = Math.min(6, step * 0.72);
  return (
    <svg class="chart" width="100%" height={HEIGHT} role="img" aria-label={label}>
      {(top > 1 ? [0, top / 2, top] : [0, top]).map((value) => {
        const y = HEIGHT - BOTTOM - value * scale;
        return (
          <>
            <line class="grid" x1={percent(LEFT)} x2="100%" y1={y} y2={y} />
            <text x={percent(LEFT - 1.5)} y={y} dy=".32em" text-anchor="end">
              {value}
            </text>
          </>
        );
      })}
      {bars.map((bar, i) => {
        const x = LEFT + i * step + (step - width) / 2;
        const isLast = i === bars.length - 1;
        let base = HEIGHT - BOTTOM;
        return (
          <>
            {series.map(({ key, className }) => {
              const height = (bar.values[key] ?? 0) * scale;
              base -= height;
              return (
                height > 0 && (
                  <rect class={className} x={percent(x)} y={base} width={percent(width)} height={height} />
                )
              );
            })}
            {isLabelled(i, bars.length) && (
              <text
                x={isLast ? '100%' : percent(x + width / 2)}
                y={HEIGHT - 6}
                text-anchor={isLast ? 'end' : 'middle'}
              >
                {bar.label}
              </text>
            )}
          </>
        );
      })}
    </svg>
  );
}

const LINE = 48;

/** Bars side by side that are named; for few things of one kind. */
export function NamedBars({ bars, series, label }: { bars: Bar[]; series: Series[]; label: string }) {
  const most = Math.max(1, ...bars.map((bar) => total(bar, series)));
  return (
    <svg class="chart" width="100%" height={bars.length * LINE} role="img" aria-label={label}>
      {bars.map((bar, i) => {
        const y = i * LINE;
        let x = 0;
        return (
          <>
            <text class="name" x="0" y={y + 16}>
              {bar.label}
            </text>
            {series.map(({ key, className }) => {
              const width = ((bar.values[key] ?? 0) / most) * 88;
              const from = x;
              x += width;
              return (
                width > 0 && (
                  <rect class={className} x={percent(from)} y={y + 24} width={percent(width)} height="16" />
                )
              );
            })}
            <text x={percent(x + 1.5)} y={y + 37}>
              {total(bar, series)}
            </text>
          </>
        );
      })}
    </svg>
  );
}

/** What the colours mean. */
export function Legend({ series }: { series: Series[] }) {
  return (
    <ul class="plain legend">
      {series.map(({ words, className }) => (
        <li>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <rect class={className} width="14" height="14" rx="3" />
          </svg>
          {words}
        </li>
      ))}
    </ul>
  );
}
