/**
 * Backpressure. Hibernating sockets have no `bufferedAmount`: the runtime buffers what is sent until the client
 * reads. So the bytes are counted here, and a slow client is disconnected before its buffer grows; it
 * reconnects and fetches what it missed.
 */
export interface OutboundBytes {
  /** Bytes sent since it connected. */
  total: number;
  /** Bytes sent up to the client's last sign of life, and when (ms UTC) that was. */
  heardTotal: number;
  heardAt: number;
}

/** Max. bytes sent without a sign of life from the client. */
export const MAX_UNHEARD_BYTES = 524_288;
/** Max. bytes sent over one connection; bounds the buffer of a client that answers pings without reading. */
export const MAX_TOTAL_BYTES = 4_194_304;

/** The count of a new connection. */
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
