/** What makes the id of an event: its number in its store, by which it is found, and a random part. */
export interface EventKey {
  seq: number;
  nonce: string;
}

/** The id of an event, which is its `webhook-id` too. */
export const eventId = ({ seq, nonce }: EventKey): string => `evt_${seq.toString(36)}_${nonce}`;

/** Reads an id; null for what was never one. */
export function readEventId(id: string): EventKey | null {
  const [, seq, nonce] = /^evt_([0-9a-z]{1,10})_([0-9a-f]{16})$/.exec(id) ?? [];
  return seq === undefined || nonce === undefined ? null : { seq: Number.parseInt(seq, 36), nonce };
}
