import { within } from '../concurrency.ts';
import type { Deps } from '../deps.ts';
import { callObject, type ObjectNamespace } from '../family/call-object.ts';
import { errorFields } from '../log.ts';
import { type Sender, senderName } from '../sms/senders.ts';
import type { PaceLimits, PermitsGiven } from './pace.ts';
import type { Lease, LeaseRequest, ServiceCaps } from './service-budget.ts';

/** Texts that ask to go: urgent ones, and the others of each family: those whose turn has come, and those that come anew. */
export interface TextsAsked {
  urgent: number;
  families: readonly { familyId: string; returning: number; fresh: number }[];
}

/** The answer, with the families that ask for little, see `family-shares.ts`. */
export interface TextsGiven extends PermitsGiven {
  lightFamilies: string[];
}

/** The interface of a sender's object. */
export interface SenderRpc {
  /** Takes turns for texts. A turn that is not used is lost. */
  take(asked: TextsAsked, limits: PaceLimits): Promise<TextsGiven>;
  /** The carrier has said that the sender is too fast, see `slowDown`. */
  slow(pause: { retryAfterMs: number | null; firstMs: number }): Promise<void>;
}

/** A sender that does not answer within this time is given up for now, ms. */
const DEADLINE_MS = 6000;

/**
 * A client of a sender's Durable Object.
 * @param account what tells this account's senders from another's: its address and SID
 * @throws from each call: then nothing is granted
 */
export function senderClient(namespace: DurableObjectNamespace, account: string, sender: Sender): SenderRpc {
  // The binding's class is exported by worker.ts.
  const objects = namespace as unknown as ObjectNamespace<DurableObjectId, SenderRpc>;
  const call = <T>(use: (stub: SenderRpc) => Promise<T>) =>
    within(DEADLINE_MS, callObject(objects, `${account} ${senderName(sender)}`, use));
  return {
    take: (asked, limits) => call((stub) => stub.take(asked, limits)),
    slow: (pause) => call((stub) => stub.slow(pause)),
  };
}

/** Slows a sender of which the carrier has said that it is too fast. A failure is logged: the next answer says it again. */
export async function slowSender(
  deps: Pick<Deps, 'sender' | 'log'>,
  sender: Sender,
  pause: { retryAfterMs: number | null; firstMs: number },
): Promise<void> {
  try {
    await deps.sender(sender).slow(pause);
    deps.log.warn('sender.slowed', { sender: senderName(sender), ...pause });
  } catch (error) {
    deps.log.warn('sender.not_slowed', { sender: senderName(sender), ...errorFields(error) });
  }
}

/** The interface of the budget's object. */
export interface BudgetRpc {
  /** Leases texts. An answer that is lost is a lease that nobody uses: it counts, and money fails closed. */
  lease(request: LeaseRequest, caps: ServiceCaps): Promise<Lease>;
}

/** The name of the one object of the budget. */
const BUDGET_NAME = 'service';

/** Asks the budget's Durable Object. @throws from each call: then nothing is granted */
export function budgetClient(namespace: DurableObjectNamespace): BudgetRpc {
  // The binding's class is exported by worker.ts.
  const objects = namespace as unknown as ObjectNamespace<DurableObjectId, BudgetRpc>;
  return { lease: (request, caps) => callObject(objects, BUDGET_NAME, (stub) => stub.lease(request, caps)) };
}
