import { recordCarrierBlock, recordUnusable } from '../numbers/number-state.ts';
import type { Deps } from '../platform/deps.ts';
import { phoneHash } from '../platform/sms/phone-number.ts';
import { applyUpdates } from './updates/relay.ts';

/**
 * Records that the carrier refused a text because the recipient said STOP to it (21610), and applies it to the
 * holder's rows. `number` is E.164.
 * @param receipt the receipt's MessageSid, so that a repeat does not undo a later START
 * @throws when a database fails
 */
export async function carrierOptOut(
  deps: Deps,
  { number, receipt = null }: { number: string; receipt?: string | null },
): Promise<void> {
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, number);
  await applyUpdates(deps, await recordCarrierBlock(deps, numberHash, receipt));
}

/**
 * Records that a number cannot receive texts (21211, 21614, 21635, 30006): it gets none until somebody verifies
 * it again. `number` is E.164.
 * @param strike true for codes that are no proof by themselves (30005): the second report counts
 * @param receipt the receipt's MessageSid, so that a repeat is not a second strike
 * @throws when a database fails
 */
export async function markNumberUnusable(
  deps: Deps,
  { number, strike = false, receipt = null }: { number: string; strike?: boolean; receipt?: string | null },
): Promise<void> {
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, number);
  await applyUpdates(deps, await recordUnusable(deps, { numberHash, strike, receipt }));
}
