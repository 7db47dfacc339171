/** What a failed post can fail of: no connection, no answer in time, an answer of 4xx or 5xx. */
export type Failure = 'ct' | 'rt' | '4xx' | '5xx';

/** How one webhook is posted: times in ms, `retries` after the first attempt. */
export type ConnectionOverrides = {
  retries: number;
  retryOn: ReadonlySet<Failure>;
  readTimeoutMs: number;
  totalTimeMs: number;
};

const ALL: readonly Failure[] = ['ct', 'rt', '4xx', '5xx'];

/** A number from the fragment inside its limits, or the default. */
function bounded(value: string | null, least: number, most: number, fallback: number): number {
  const number = value === null || value === '' ? Number.NaN : Number(value);
  return Number.isInteger(number) && number >= least && number <= most ? number : fallback;
}

/**
 * Reads `#rc=3&rp=5xx,ct,rt` and the like: retry count 0-5 (1), retry policy (`ct`), read and total time-out
 * 100-15000 ms (15000); values out of range count as absent.
 * Source: twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
 */
export function connectionOverrides(url: string): ConnectionOverrides {
  const hash = url.indexOf('#');
  const params = new URLSearchParams(hash === -1 ? '' : url.slice(hash + 1));
  const asked = (params.get('rp') ?? 'ct').split(',');
  const retryOn = asked.includes('all') ? ALL : ALL.filter((failure) => asked.includes(failure));
  return {
    retries: bounded(params.get('rc'), 0, 5, 1),
    retryOn: new Set(retryOn),
    readTimeoutMs: bounded(params.get('rt'), 100, 15_000, 15_000),
    totalTimeMs: bounded(params.get('tt'), 100, 15_000, 15_000),
  };
}
