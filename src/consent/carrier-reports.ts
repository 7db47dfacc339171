import { recordCarrierBlock, recordUnusable } from '../numbers/number-state.ts';
import type { Deps } from '../platform/deps.ts';
import { phoneHash } from '../platform/sms/phone-number.ts';
import { applyUpdates } from './updates/relay.ts';

/**
 * Records that the carrier refused a text because the recipient said STOP to it (21610). `number` is E.164.
 * @param receipt the MessageSid of the receipt, so that its repeats undo no START
 */
export async function carrierOptOut(
  deps: Deps,
  { number, receipt = null }: { number: string; receipt?: string | null },
): Promise<void> {
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, number);
  await applyUpdates(deps, await recordCarrierBlock(deps, numberHash, receipt));
}

/**
 * Records that a number cannot receive texts (21211, 21614, 21635, 30006): texts to it stop until somebody
 * verifies it again. `number` is E.164.
 * @param strike once is no proof (30005): the second time counts
 * @param receipt the MessageSid of the receipt, so that its repeats are no second strike
 */
export async function markNumberUnusable(
  deps: Deps,
  { number, strike = false, receipt = null }: { number: string; strike?: boolean; receipt?: string | null },
): Promise<void> {
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, number);
  await applyUpdates(deps, await recordUnusable(deps, { numberHash, strike, receipt }));
}
