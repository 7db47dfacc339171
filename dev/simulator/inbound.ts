import { type Carrier, notify, senderKey } from './carrier.ts';
import { MAX_BODY_CHARACTERS } from './create-message.ts';
import { startDelivery } from './delivery.ts';
import { type Keyword, keywordOf, TWILIO_ANSWERS } from './opt-outs.ts';
import { withoutFragment } from './signature.ts';
import { readTwiml, type Twiml } from './twiml.ts';
import type { SimulatedMessage, TextChannel } from './types.ts';
import type { WebhookRecord } from './webhooks.ts';
import { wireAddresses } from './wire.ts';

/** How a phone sends a text, where that is not as usual. */
export type InboundOptions = {
  /** Another number of the account than the one that texted the phone last. */
  to?: string;
  /** How often Twilio posts it; once by default. */
  times?: number;
  /** Another channel than the phone's own. */
  channel?: TextChannel;
  /** A suggestion chip was pressed: a keyword then comes with `OptOutType`, whoever handles keywords. */
  suggestion?: boolean;
};

/** What became of a text from a phone: the message, and each post of its webhook, to the fallback too. */
export type InboundResult = { message: SimulatedMessage; webhooks: WebhookRecord[] };

/** The number that a phone answers to: the one that texted it last, or the account's first. */
function lastSender(carrier: Carrier, phone: string): string {
  const texts = carrier.messages.all({ phone, direction: 'outbound' });
  return texts.at(-1)?.from ?? carrier.settings.from[0] ?? '';
}

/** Blocks or unblocks the pair and sends Twilio's own answer. */
function handleKeyword(carrier: Carrier, keyword: Keyword, inbound: SimulatedMessage): void {
  const { from: phone, to: number, channel } = inbound;
  const sender = senderKey(carrier.settings, number);
  if (keyword === 'STOP') carrier.optOuts.add(sender, phone);
  if (keyword === 'START') carrier.optOuts.remove(sender, phone);
  if (keyword !== 'HELP') carrier.events.emit({ type: 'optOut', phone });
  const answer = carrier.messages.add(
    {
      direction: 'outbound-reply',
      writtenBy: 'twilio',
      channel,
      from: number,
      to: phone,
      body: TWILIO_ANSWERS[keyword],
      status: 'queued',
    },
    Date.now(),
  );
  startDelivery(carrier, answer);
}

/** The form of an inbound message (twilio.com/docs/messaging/guides/webhook-request); unknown places are empty. */
function inboundParams(
  carrier: Carrier,
  message: SimulatedMessage,
  keyword: Keyword | null,
  suggestion: boolean,
): Record<string, string> {
  const { accountSid, messagingServiceSid, optOuts } = carrier.settings;
  const { from, to } = wireAddresses(carrier.settings, message);
  const place = (side: 'From' | 'To'): Record<string, string> => ({
    [`${side}City`]: '',
    [`${side}State`]: '',
    [`${side}Zip`]: '',
    [`${side}Country`]: 'US',
  });
  return {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    Body: message.body,
    ...(suggestion ? { ButtonPayload: message.body, ButtonText: message.body } : {}),
    From: from,
    ...place('From'),
    MessageSid: message.sid,
    ...(messagingServiceSid ? { MessagingServiceSid: messagingServiceSid } : {}),
    NumMedia: '0',
    NumSegments: String(message.segments),
    ...(keyword && (suggestion || optOuts === 'advanced') ? { OptOutType: keyword } : {}),
    SmsMessageSid: message.sid,
    SmsSid: message.sid,
    SmsStatus: 'received',
    To: to,
    ...place('To'),
  };
}

/** What the application answered: the texts it wants sent, or Twilio's code for what is wrong with the answer. */
function readAnswer(webhook: WebhookRecord): Twiml {
  if (webhook.outcome === 'held') return { ok: true, messages: [] };
  if (webhook.outcome === 'ok' && webhook.answer !== null) {
    return readTwiml(webhook.answer.contentType, webhook.answer.body);
  }
  const how = webhook.attempts.at(-1);
  const why = typeof how === 'number' ? `HTTP ${how}` : 'no answer';
  return { ok: false, code: 11200, reason: `The app did not take this text: ${why}.` };
}

/**
 * Posts an inbound text to its address and, when that fails, to the fallback, which also hears why.
 * @returns the posts, and the answer that counts
 */
async function postInbound(
  carrier: Carrier,
  params: Record<string, string>,
): Promise<{ posts: WebhookRecord[]; answer: Twiml }> {
  const { inboundUrl, inboundFallbackUrl } = carrier.settings;
  const first = await carrier.webhooks.post('inbound', inboundUrl, params);
  const answer = readAnswer(first);
  if (answer.ok || inboundFallbackUrl === null) return { posts: [first], answer };
  const why = { ErrorCode: String(answer.code), ErrorUrl: withoutFragment(inboundUrl) };
  const second = await carrier.webhooks.post('inbound', inboundFallbackUrl, { ...params, ...why });
  return { posts: [first, second], answer: readAnswer(second) };
}

/** Sends what the application's answer asks for; Twilio refuses it where the pair is blocked (21610). */
function sendReplies(carrier: Carrier, inbound: SimulatedMessage, answer: Twiml): void {
  const { from: phone, channel } = inbound;
  if (!answer.ok) {
    notify(carrier, phone, answer.code, answer.reason);
    return;
  }
  for (const { body, to = phone } of answer.messages) {
    if (carrier.optOuts.has(senderKey(carrier.settings, inbound.to), to)) {
      notify(
        carrier,
        to,
        21610,
        'The app answered, but this phone replied STOP, so Twilio refused the text.',
      );
    } else if ([...body].length > MAX_BODY_CHARACTERS) {
      notify(carrier, to, 21617, 'The app answered with more than 1600 characters; Twilio refused the text.');
    } else {
      const fields = { direction: 'outbound-reply', writtenBy: 'app', status: 'queued' } as const;
      startDelivery(
        carrier,
        carrier.messages.add({ ...fields, channel, from: inbound.to, to, body }, Date.now()),
      );
    }
  }
}

/**
 * Sends a text from a phone: keywords first, then the signed webhook, then what the application answers.
 * Resolves when the webhook has been answered or given up; the replies are then on their way.
 */
export async function sendFromPhone(
  carrier: Carrier,
  phone: string,
  body: string,
  options: InboundOptions = {},
): Promise<InboundResult> {
  const to = options.to ?? lastSender(carrier, phone);
  const message = carrier.messages.add(
    {
      direction: 'inbound',
      writtenBy: 'phone',
      channel: options.channel ?? (carrier.numbers.get(phone).rcs ? 'rcs' : 'sms'),
      from: phone,
      to,
      body,
      status: 'received',
      messagingServiceSid: carrier.settings.messagingServiceSid,
    },
    Date.now(),
  );
  carrier.events.emit({ type: 'message', message });
  const keyword = keywordOf(body);
  if (keyword && carrier.settings.optOuts !== 'off') handleKeyword(carrier, keyword, message);

  const params = inboundParams(carrier, message, keyword, options.suggestion ?? false);
  const webhooks: WebhookRecord[] = [];
  for (let time = 0; time < (options.times ?? 1); time += 1) {
    const { posts, answer } = await postInbound(carrier, params);
    webhooks.push(...posts);
    sendReplies(carrier, message, answer);
  }
  return { message, webhooks };
}
