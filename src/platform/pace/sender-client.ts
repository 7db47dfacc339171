import { callObject, type ObjectNamespace } from '../family/call-object.ts';
import { type Sender, senderName } from '../sms/senders.ts';
import type { PaceLimits, PermitsAsked, PermitsGiven } from './pace.ts';

/** The interface of a sender's object. */
export interface SenderRpc {
  /** Takes turns for texts. A turn that is not used is lost. */
  take(asked: PermitsAsked, limits: PaceLimits): Promise<PermitsGiven>;
  /** The carrier has said that the sender is too fast, see `slowDown`. */
  slow(pause: { retryAfterMs: number | null; firstMs: number }): Promise<void>;
}

/** A sender that does not answer within this time is given up for now, ms. */
const DEADLINE_MS = 6000;

async function inTime<T>(call: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The sender did not answer in time')), DEADLINE_MS);
  });
  try {
    return await Promise.race([call, tooLate]);
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}

/**
 * A client of a sender's Durable Object.
 * @param account what tells this account's senders from another's: its address and SID
 * @throws from each call: then nothing is granted
 */
export function senderClient(namespace: DurableObjectNamespace, account: string, sender: Sender): SenderRpc {
  // The binding's class is exported by worker.ts.
  const objects = namespace as unknown as ObjectNamespace<DurableObjectId, SenderRpc>;
  const call = <T>(use: (stub: SenderRpc) => Promise<T>) =>
    inTime(callObject(objects, `${account} ${senderName(sender)}`, use));
  return {
    take: (asked, limits) => call((stub) => stub.take(asked, limits)),
    slow: (pause) => call((stub) => stub.slow(pause)),
  };
}
