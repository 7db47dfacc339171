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

/** Heights in rem, so that they grow with the letters; widths are shares of the chart's. */
const HEIGHT = 13.75;
const BOTTOM = 1.5;
const TOP = 0.5;
/** Room of the axis for each of its digits, and beside them, rem. */
const DIGIT = 0.5;
const BESIDE = 0.5;

const percent = (n: number) => `${Math.round(n * 100) / 100}%`;
const rem = (n: number) => `${Math.round(n * 1000) / 1000}rem`;

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

/** The numbers beside bars over time, each at its height. */
function Axis({ values, yOf }: { values: number[]; yOf: (value: number) => number }) {
  const digits = Math.max(...values.map((value) => String(value).length));
  return (
    <svg class="chart" width={rem(digits * DIGIT + BESIDE)} height={rem(HEIGHT)} aria-hidden="true">
      {values.map((value) => (
        <text x={rem(digits * DIGIT)} y={rem(yOf(value))} dy=".32em" text-anchor="end">
          {value}
        </text>
      ))}
    </svg>
  );
}

/** Bars over time, kinds one upon the other. The same numbers stand in a table beside it. */
export function StackedBars({ bars, series, label }: { bars: Bar[]; series: Series[]; label: string }) {
  const top = roundUp(Math.max(1, ...bars.map((bar) => total(bar, series))));
  const values = top > 1 ? [0, top / 2, top] : [0, top];
  const scale = (HEIGHT - TOP - BOTTOM) / top;
  const yOf = (value: number) => HEIGHT - BOTTOM - value * scale;
  return (
    <div class="chart-line">
      <Axis values={values} yOf={yOf} />
      <svg class="chart" width="100%" height={rem(HEIGHT)} role="img" aria-label={label}>
        {values.map((value) => (
          <line class="grid" x1="0" x2="100%" y1={rem(yOf(value))} y2={rem(yOf(value))} />
        ))}
        <Columns bars={bars} series={series} scale={scale} />
      </svg>
    </div>
  );
}

function Columns({ bars, series, scale }: { bars: Bar[]; series: Series[]; scale: number }) {
  const step = 100 / Math.max(1, bars.length);
  const width = Math.min(6, step * 0.72);
  const labels = bars.flatMap((_, i) => (isLabelled(i, bars.length) ? [i] : []));
  return (
    <>
      {bars.map((bar, i) => {
        const x = i * step + (step - width) / 2;
        const isLast = i === bars.length - 1;
        /** Where letters are large, there is room for every second label. */
        const isRare = (labels.length - 1 - labels.indexOf(i)) % 2 === 1;
        let base = HEIGHT - BOTTOM;
        return (
          <>
            {series.map(({ key, className }) => {
              const height = (bar.values[key] ?? 0) * scale;
              base -= height;
              return (
                height > 0 && (
                  <rect
                    class={className}
                    x={percent(x)}
                    y={rem(base)}
                    width={percent(width)}
                    height={rem(height)}
                  />
                )
              );
            })}
            {labels.includes(i) && (
              <text
                class={isRare ? 'rare' : undefined}
                x={isLast ? '100%' : percent(x + width / 2)}
                y={rem(HEIGHT - 0.375)}
                text-anchor={isLast ? 'end' : 'middle'}
              >
                {bar.label}
              </text>
            )}
          </>
        );
      })}
    </>
  );
}

const LINE = 3;

/** Bars side by side that are named; for few things of one kind. */
export function NamedBars({ bars, series, label }: { bars: Bar[]; series: Series[]; label: string }) {
  const most = Math.max(1, ...bars.map((bar) => total(bar, series)));
  return (
    <svg class="chart" width="100%" height={rem(bars.length * LINE)} role="img" aria-label={label}>
      {bars.map((bar, i) => {
        const y = i * LINE;
        let x = 0;
        return (
          <>
            <text class="name" x="0" y={rem(y + 1)}>
              {bar.label}
            </text>
            {series.map(({ key, className }) => {
              const width = ((bar.values[key] ?? 0) / most) * 80;
              const from = x;
              x += width;
              return (
                width > 0 && (
                  <rect
                    class={className}
                    x={percent(from)}
                    y={rem(y + 1.5)}
                    width={percent(width)}
                    height="1rem"
                  />
                )
              );
            })}
            <text x={percent(x + 1.5)} y={rem(y + 2.3)}>
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
