/** The rows of the table, in their order: what each is called, and how many digits it is worth. */
export const ROWS = {
  postsASecond: ['posts/s, 64 in flight', 0],
  textsASecond: ['posts and all their texts, texts/s', 0],
  cpuAPost: ['CPU ms, a post with its three texts', 1],
  cpuNode: ['of it Node', 1],
  cpuRuntime: ['of it the Workers runtime', 1],
  aloneMedian: ['post p50 ms, alone', 1],
  aloneHigh: ['post p99 ms, alone', 1],
  textMedian: ['post → text p50 ms, 20 posts/s', 1],
  textHigh: ['p99', 1],
  slowMedian: ['the same, carrier takes 100 ms, p50', 1],
  slowHigh: ['p99 of it', 1],
  backlog: ['backlog, texts/s', 0],
  slowBacklog: ['the same, carrier takes 100 ms', 0],
  stops: ['inbound STOP/s, 16 in flight', 0],
  cpuAStop: ['CPU ms a STOP', 1],
  memoryOfSockets: ['MB per 1,000 sockets', 0],
  cpuASocket: ['CPU ms to open a socket', 1],
} as const satisfies Record<string, readonly [string, number]>;

export type Row = keyof typeof ROWS;

/** What one round measured. */
export type Sample = Partial<Record<Row, number>>;

/** The one in the middle; of two the higher. NaN of none. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** The table in Markdown: a column for each subject, each figure the median of its rounds, `–` where none was measured. */
export function table(columns: readonly { name: string; samples: readonly Sample[] }[]): string {
  const cells = (row: Row, digits: number) =>
    columns.map(({ samples }) => {
      const figure = median(samples.flatMap((sample) => sample[row] ?? []));
      return Number.isNaN(figure) ? '–' : figure.toFixed(digits);
    });
  const lines = (Object.entries(ROWS) as [Row, (typeof ROWS)[Row]][]).map(([row, [title, digits]]) =>
    [title, ...cells(row, digits)].join(' | '),
  );
  const head = ['', ...columns.map(({ name }) => name)].join(' | ');
  return [head, ['---', ...columns.map(() => '---')].join(' | '), ...lines]
    .map((line) => `| ${line} |`)
    .join('\n');
}
