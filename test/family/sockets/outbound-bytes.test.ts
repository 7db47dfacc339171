import { describe, expect, it } from 'vitest';
import {
  countBytes,
  MAX_TOTAL_BYTES,
  MAX_UNHEARD_BYTES,
  newOutboundBytes,
} from '../../../src/family/sockets/outbound-bytes.ts';

/** Sends `frames` frames of `bytes`; the client is heard of before every `hear`-th. @returns how many were sent */
function sent(bytes: number, hear: number): number {
  let outbound = newOutboundBytes(0);
  for (let i = 1; i <= 10_000; i++) {
    const counted = countBytes(outbound, bytes, Math.floor(i / hear));
    if (counted.slow) return (i - 1) * bytes;
    outbound = counted.outbound;
  }
  return Number.POSITIVE_INFINITY;
}

describe('outflow', () => {
  it('stops at a client that is silent', () => {
    expect(sent(1024, 1_000_000)).toBe(MAX_UNHEARD_BYTES);
  });

  it('goes on to one that is heard of, up to the limit of a connection', () => {
    expect(sent(4096, 10)).toBe(MAX_TOTAL_BYTES);
  });

  it('counts anew from each sign of life', () => {
    const half = MAX_UNHEARD_BYTES / 2;
    let { outbound } = countBytes(newOutboundBytes(0), half, 0);
    ({ outbound } = countBytes(outbound, half, 5));
    expect(countBytes(outbound, half, 5).slow).toBe(false);
    expect(countBytes(outbound, half + 1, 5).slow).toBe(true);
    expect(countBytes(outbound, half + 1, 6).slow).toBe(false);
  });
});
