import type { Deps } from '../platform/deps.ts';
import { phoneHash } from '../platform/phone-hash.ts';
import { errorRule } from '../platform/twilio/errors.ts';
import type { SendOutcome } from '../platform/twilio/twilio.ts';
import { noteCarrierBlock, noteUnusable } from './number-state.ts';

/**
 * Writes into the directory what a refused text says about its number, and alerts operators where it is
 * their fault. For texts outside the delivery log: codes, confirmations.
 * @returns whose rows have to follow: to be settled at once, or left to the sweep
 */
export async function noteRefusal(deps: Deps, outcome: SendOutcome, number: string): Promise<string[]> {
  if (outcome.kind === 'accepted') return [];
  const rule = errorRule(Number(outcome.code) || null, 0);
  if (outcome.kind === 'operator') {
    await deps.alert(rule.alert ?? 'twilio_credentials', `Twilio answered ${outcome.code}. ${rule.advice}`);
    return [];
  }
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, number);
  if (outcome.kind === 'opted_out') return await noteCarrierBlock(deps, numberHash);
  if (outcome.kind !== 'permanent' || rule.number === undefined) return [];
  return await noteUnusable(deps, { numberHash, strike: rule.number === 'strike' });
}
