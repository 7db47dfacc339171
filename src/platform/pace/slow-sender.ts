import type { Deps } from '../deps.ts';
import { errorFields } from '../log.ts';
import { type Sender, senderName } from '../sms/senders.ts';

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
