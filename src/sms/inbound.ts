import { finishInbound, takeInbound } from '../consent/inbound.ts';
import { readKeyword } from '../consent/keywords.ts';
import type { Deps } from '../platform/deps.ts';
import { phoneHash } from '../platform/phone-hash.ts';
import { keywordAnswer } from './keyword-answer.ts';
import { takeReply } from './replies.ts';
import { reply, SILENCE } from './twiml.ts';
import { mediaOf, messageSidOf, numberOf, type Webhook } from './webhook.ts';

/**
 * Takes an inbound text: STOP, START, HELP, a revocation in plain words, or an answer to a thread. Each
 * MessageSid has one effect, and every repeat the same answer. Words are never kept or logged.
 * @returns TwiML
 */
export async function handleInbound(deps: Deps, webhook: Webhook): Promise<string> {
  const messageSid = messageSidOf(webhook);
  const from = numberOf(webhook, 'From');
  if (from === null) return SILENCE; // A short code or a name: nobody here.
  const body = webhook.get('Body');
  const reading = readKeyword(body, webhook.get('OptOutType'));
  const answer = keywordAnswer(reading, deps.config);
  const isReply = reading.kind === 'none' && deps.config.SMS_REPLIES === 'on';
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, from);
  const taken = await takeInbound(deps, {
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
  await finishInbound(deps, messageSid, document);
  return document;
}
