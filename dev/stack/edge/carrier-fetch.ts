import { env } from 'cloudflare:workers';

/** The stack's bindings for the carrier; there are none unless it is on this machine. */
interface CarrierBindings {
  /** The carrier's server, which the runtime connects to by itself. */
  CARRIER?: Fetcher;
  /** Its origin, such as `http://127.0.0.1:8788`. */
  CARRIER_ORIGIN?: string;
}

/**
 * `fetch` that asks the carrier without the isolate that Miniflare has every request to the outside pass (it would take
 * `cf.image` for the image service).
 */
export function carrierFetch(outside: typeof fetch): typeof fetch {
  const { CARRIER, CARRIER_ORIGIN } = env as CarrierBindings;
  if (!CARRIER || !CARRIER_ORIGIN) return outside;
  const below = `${CARRIER_ORIGIN}/`;
  return (input: RequestInfo | URL, init?: RequestInit) =>
    typeof input === 'string' && input.startsWith(below) ? CARRIER.fetch(input, init) : outside(input, init);
}
