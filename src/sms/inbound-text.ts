import { helpReply, optInReply, optOutReply, plainOptOutConfirmation } from '../consent/consent-texts.ts';
import {
  completeInbound,
  type RecordedInbound,
  recordInbound,
  standingOf,
} from '../consent/record-keyword.ts';
import { dependsOnState, type KeywordReading, readInState, readKeyword } from '../keywords/read-keyword.ts';
import { isBlank } from '../platform/characters.ts';
import type { Config } from '../platform/config.ts';
import type { Deps } from '../platform/deps.ts';
import { errorFields } from '../platform/log.ts';
import { countHit } from '../platform/rate-limit.ts';
import { type Address, isOurChannel, parseAddress } from '../platform/sms/address.ts';
import { brandedText } from '../platform/sms/one-segment.ts';
import { phoneHash } from '../platform/sms/phone-number.ts';
import { ownNumbers } from '../platform/sms/senders.ts';
import { HOUR_MS } from '../platform/time.ts';
import { reactionToOurs } from './replies/reactions.ts';
import { originsOf, takeReply } from './replies/replies.ts';
import { isEcho } from './replies/reply-words.ts';
import { mediaOf, messageSidOf, type Webhook } from './signed-webhook.ts';
import { reply, SILENCE } from './twiml.ts';

/**
 * Handles an inbound text: STOP, START, HELP, a revocation in plain words, or a reply to a thread. It comes by SMS or
 * RCS; another channel's is refused by name. Each MessageSid takes effect once, and repeats get the same answer. An
 * opt-out that the directory cannot take goes on the queue. Message texts are never stored or logged by this function.
 * @returns TwiML
 * @throws when a database fails: Twilio repeats the webhook
 */
export async function handleInbound(deps: Deps, webhook: Webhook): Promise<string> {
  const messageSid = messageSidOf(webhook);
  const from = parseAddress(webhook.get('From'));
  const body = webhook.get('Body');
  const optOutType = webhook.get('OptOutType');
  const word = readKeyword(body, optOutType);
  if (!from || !isOurChannel(from) || from.number === null) return await refuse(deps, messageSid, from, word);
  const { number } = from;
  const { config } = deps;
  const numberHash = await phoneHash(config.PHONE_SECRET, number);
  const standing = dependsOnState(word, optOutType) ? await standingOf(deps, numberHash) : null;
  // START asks for nothing else; "yes" may be an answer to what we texted about.
  const reading =
    standing === null || ASKS_FOR_TEXTS.test(body) ? word : readInState(word, standing, optOutType);
  const isReply = reading.kind === 'none' && config.SMS_REPLIES === 'on';
  const isUnread = reading.kind === 'none' && !isReply && isOrdinary(config, number, body, mediaOf(webhook));
  const answer = isUnread ? nobodyReads(config) : keywordAnswer(reading, config, standing?.isOut);
  let taken: RecordedInbound;
  try {
    taken = await recordInbound(deps, {
      messageSid,
      numberHash,
      reading,
      answer: answer === null ? SILENCE : reply(answer),
      silence: SILENCE,
      complete: !isReply,
    });
  } catch (error) {
    if (reading.kind !== 'opt_out') throw error;
    // Twilio may not repeat it; what it asks for must not be lost.
    await deps.enqueueOptOut({ kind: 'opt_out', messageSid, numberHash, by: reading.by, silence: SILENCE });
    deps.log.error('inbound.opt_out_queued', { messageSid, ...errorFields(error) });
    return SILENCE;
  }
  deps.log.info('inbound.taken', {
    messageSid,
    channel: from.channel,
    keyword: reading.kind,
    by: reading.by,
  });
  if (taken.done) return taken.answer;
  const words = await takeReply(deps, {
    messageSid,
    from: number,
    numberHash,
    body,
    media: mediaOf(webhook),
  });
  const document = words === null ? SILENCE : reply(words);
  await completeInbound(deps, messageSid, document);
  return document;
}

/** Max. answers by another channel to one address in an hour: a machine there may answer each of ours. */
const CHANNEL_ANSWERS_PER_HOUR = 5;

/**
 * What is neither SMS nor RCS, or comes from no number: nobody's consent can be looked up by it. The writer is told,
 * where they can be, a few times an hour, and operators are told of an opt-out.
 * @throws when the directory fails: Twilio repeats the webhook
 */
async function refuse(
  deps: Deps,
  messageSid: string,
  from: Address | null,
  { kind }: KeywordReading,
): Promise<string> {
  const channel = from?.channel ?? 'none';
  deps.log.warn('inbound.refused', { messageSid, channel, keyword: kind });
  if (kind === 'opt_out') {
    const message = `An opt-out (${messageSid}) came by the channel "${channel}" and could not be placed: see it in Twilio's console, and opt the person out by hand.`;
    await deps.alert('opt_out_unplaced', message);
  }
  if (!from || isOurChannel(from)) return SILENCE; // A short code or a sender's name: nobody to answer.
  const address = await phoneHash(deps.config.PHONE_SECRET, `${channel}:${from.name}`);
  const answers = { key: `channel-answer:${address}`, limit: CHANNEL_ANSWERS_PER_HOUR, windowMs: HOUR_MS };
  if (!(await countHit(deps.db.directory, answers, deps.now())).allowed) return SILENCE;
  return reply(
    brandedText(deps.config.BRAND_NAME, [
      `: nothing that comes by ${channel} is read here. To stop our texts, reply STOP to one of them as a text message.`,
    ]),
  );
}

/** Words that ask for our texts, whatever they may mean beside it. */
const ASKS_FOR_TEXTS = /^\W*(?:start|unstop)/i;

/** Whether somebody said something: not our own text, not a reaction to one. */
function isOrdinary(config: Config, from: string, body: string, media: readonly string[]): boolean {
  if (isBlank(body) && media.length === 0) return false;
  const ours = { brand: config.BRAND_NAME, origins: originsOf(config) };
  return (
    !ownNumbers(config).includes(from) && !isEcho(body, ours.brand) && reactionToOurs(ours, body) === null
  );
}

/** Says, with SMS_REPLIES=off, that a text reached nobody. */
const nobodyReads = ({ BRAND_NAME, PUBLIC_ORIGIN }: Config): string =>
  brandedText(BRAND_NAME, [
    `: nobody reads texts to this number. To answer, open the link in our text or ${PUBLIC_ORIGIN}/messages`,
    `: nobody reads texts to this number. Open the link in our text to answer.`,
  ]);

type WordSettings = Pick<Config, 'OPT_OUT_REPLIES' | 'BRAND_NAME' | 'SUPPORT_CONTACT' | 'PUBLIC_ORIGIN'>;

/**
 * Our answer to a keyword; null for none. `wasOut`: the number had been opted out. Where Twilio answers its own keywords, an answer of ours would be
 * refused with 21610 or be a second one; what Twilio did not recognise it did not answer. Source:
 * twilio.com/docs/messaging/tutorials/advanced-opt-out.
 */
export function keywordAnswer(
  { kind, by }: KeywordReading,
  config: WordSettings,
  wasOut = true,
): string | null {
  if (kind === 'none' || (by === 'twilio' && config.OPT_OUT_REPLIES === 'twilio')) return null;
  const brand = config.BRAND_NAME;
  if (kind === 'help') {
    return helpReply({
      brand,
      supportContact: config.SUPPORT_CONTACT,
      helpUrl: `${config.PUBLIC_ORIGIN}/help`,
    });
  }
  if (kind === 'opt_in') return optInReply({ brand, again: wasOut });
  return by === 'plain' ? plainOptOutConfirmation({ brand }) : optOutReply({ brand });
}
