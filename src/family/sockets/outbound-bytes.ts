/**
 * A socket that hibernates has no `bufferedAmount`: the runtime takes whatever is sent and keeps it until the client
 * reads. So the bytes are counted here, and a client is let go before it can pile up memory: it reconnects and asks for
 * what it missed.
 */
export interface OutboundBytes {
  /** Bytes sent since it connected. */
  total: number;
  /** How many of them had been sent when the client was last heard of, and when (ms UTC) that was. */
  heardTotal: number;
  heardAt: number;
}

/** Bytes sent to a client that has given no sign of life meanwhile. */
export const MAX_UNHEARD_BYTES = 524_288;
/** Bytes sent over one connection. A client that answers pings without reading holds up no more than this. */
export const MAX_TOTAL_BYTES = 4_194_304;

/** The outflow of a new connection. */
export const newOutboundBytes = (now: number): OutboundBytes => ({ total: 0, heardTotal: 0, heardAt: now });

/**
 * Counts a frame about to be sent.
 * @param heardAt - the client's last sign of life, ms UTC
 * @returns the new count, and whether the client is too slow to be sent more
 */
export function countBytes(
  outbound: OutboundBytes,
  bytes: number,
  heardAt: number,
): { outbound: OutboundBytes; slow: boolean } {
  const heard = heardAt > outbound.heardAt;
  const total = outbound.total + bytes;
  const heardTotal = heard ? outbound.total : outbound.heardTotal;
  return {
    outbound: { total, heardTotal, heardAt: Math.max(heardAt, outbound.heardAt) },
    slow: total - heardTotal > MAX_UNHEARD_BYTES || total > MAX_TOTAL_BYTES,
  };
}
