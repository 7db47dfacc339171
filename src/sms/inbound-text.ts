import { helpReply, optInReply, optOutReply, plainOptOutConfirmation } from '../consent/consent-texts.ts';
import { completeInbound, recordInbound } from '../consent/record-keyword.ts';
import { type KeywordReading, readKeyword } from '../keywords/read-keyword.ts';
import type { Config } from '../platform/config.ts';
import type { Deps } from '../platform/deps.ts';
import { phoneHash } from '../platform/sms/phone-number.ts';
import { takeReply } from './replies/replies.ts';
import { mediaOf, messageSidOf, numberOf, type Webhook } from './signed-webhook.ts';
import { reply, SILENCE } from './twiml.ts';

/**
 * Handles an inbound text: STOP, START, HELP, a revocation in plain words, or a reply to a thread. Each
 * MessageSid takes effect once, and repeats get the same answer. Message texts are never stored or logged by
 * this function.
 * @returns TwiML
 * @throws when a database fails: Twilio repeats the webhook
 */
export async function handleInbound(deps: Deps, webhook: Webhook): Promise<string> {
  const messageSid = messageSidOf(webhook);
  const from = numberOf(webhook, 'From');
  if (from === null) return SILENCE; // A short code or a sender name.
  const body = webhook.get('Body');
  const reading = readKeyword(body, webhook.get('OptOutType'));
  const answer = keywordAnswer(reading, deps.config);
  const isReply = reading.kind === 'none' && deps.config.SMS_REPLIES === 'on';
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, from);
  const taken = await recordInbound(deps, {
    messageSid,
    numberHash,
    reading,
    answer: answer === null ? SILENCE : reply(answer),
    silence: SILENCE,
    complete: !isReply,
  });
  deps.log.info('inbound.taken', { messageSid, keyword: reading.kind, by: reading.by });
  if (taken.done) return taken.answer;
  const words = await takeReply(deps, { messageSid, from, numberHash, body, media: mediaOf(webhook) });
  const document = words === null ? SILENCE : reply(words);
  await completeInbound(deps, messageSid, document);
  return document;
}

type WordSettings = Pick<Config, 'OPT_OUT_REPLIES' | 'BRAND_NAME' | 'SUPPORT_CONTACT' | 'PUBLIC_ORIGIN'>;

/**
 * Our answer to a keyword; null for none. Where Twilio answers its own keywords, an answer of ours would be
 * refused with 21610 or be a second one; what Twilio did not recognise it did not answer. Source:
 * twilio.com/docs/messaging/tutorials/advanced-opt-out.
 */
export function keywordAnswer({ kind, by }: KeywordReading, config: WordSettings): string | null {
  if (kind === 'none' || (by === 'twilio' && config.OPT_OUT_REPLIES === 'twilio')) return null;
  const brand = config.BRAND_NAME;
  if (kind === 'help') {
    return helpReply({
      brand,
      supportContact: config.SUPPORT_CONTACT,
      helpUrl: `${config.PUBLIC_ORIGIN}/help`,
    });
  }
  if (kind === 'opt_in') return optInReply({ brand });
  return by === 'plain' ? plainOptOutConfirmation({ brand }) : optOutReply({ brand });
}
