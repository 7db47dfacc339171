import type { Host } from '../host.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Cast } from './cast.ts';

/**
 * Zoe says STOP. The webhook may meet a stack that is down, and is lost then, as it would be at Twilio: the carrier
 * blocks all the same, and we learn of it by its refusal.
 * @returns whether the webhook was taken
 */
export async function sayStop(simulator: Simulator, cast: Cast): Promise<boolean> {
  const zoe = cast.members.find(({ name }) => name === 'Zoe');
  if (!zoe) return false;
  const { webhooks } = await simulator.sendFromPhone(zoe.phone, 'STOP');
  return webhooks.every(({ outcome }) => outcome === 'ok');
}

/** What is wrong with the ledger: an opt-out that we were told of stands there once, by whatever doors it came. */
export async function judgeLedger(host: Host, cast: Cast, taken: boolean): Promise<string[]> {
  const zoe = cast.members.find(({ name }) => name === 'Zoe');
  if (!zoe) return [];
  const { consents } = await host.as(zoe)<{ consents: { action: string }[] }>('GET', '/api/consents');
  const optOuts = consents.filter(({ action }) => action === 'opt_out').length;
  return optOuts === 1 || (optOuts === 0 && !taken)
    ? []
    : [`The ledger of ${zoe.id} has ${optOuts} opt-outs`];
}
