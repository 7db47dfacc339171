import type { Deps } from '../platform/deps.ts';

/** A text that is no keyword. */
export interface InboundReply {
  messageSid: string;
  /** Who wrote: E.164, and its keyed hash. */
  from: string;
  numberHash: string;
  body: string;
  /** How many pictures or files came along. */
  mediaCount: number;
}

/**
 * Turns an answer by text into a message of the thread it answers (`SMS_REPLIES`). Called again when Twilio
 * repeats a text whose first call did not come to its end: what it writes is keyed by the MessageSid.
 * @returns what to answer in words; null: nothing
 */
export async function takeReply(
  deps: Deps,
  { messageSid, mediaCount }: InboundReply,
): Promise<string | null> {
  deps.log.info('inbound.reply_unhandled', { messageSid, mediaCount });
  return null;
}
