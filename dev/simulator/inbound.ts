import { type Carrier, notify, senderKey } from './carrier.ts';
import { MAX_BODY_CHARACTERS } from './create-message.ts';
import { startDelivery } from './delivery.ts';
import { type Keyword, keywordOf, TWILIO_ANSWERS } from './opt-outs.ts';
import { readTwiml } from './twiml.ts';
import type { SimulatedMessage } from './types.ts';
import type { WebhookRecord } from './webhooks.ts';

/** A text that a phone sends: to whom, if not to the number that texted it last, and how often Twilio posts it. */
export type InboundOptions = { to?: string; times?: number };

/** What became of a text from a phone: the message, and each post of its webhook. */
export type InboundResult = { message: SimulatedMessage; webhooks: WebhookRecord[] };

/** The number that a phone answers to: the one that texted it last, or the account's first. */
function lastSender(carrier: Carrier, phone: string): string {
  const texts = carrier.messages.all({ phone, direction: 'outbound' });
  return texts.at(-1)?.from ?? carrier.settings.from[0] ?? '';
}

/** Blocks or unblocks the pair and sends Twilio's own answer. */
function handleKeyword(carrier: Carrier, keyword: Keyword, phone: string, number: string): void {
  const sender = senderKey(carrier.settings, number);
  if (keyword === 'STOP') carrier.optOuts.add(sender, phone);
  if (keyword === 'START') carrier.optOuts.remove(sender, phone);
  if (keyword !== 'HELP') carrier.events.emit({ type: 'optOut', phone });
  const answer = carrier.messages.add(
    {
      direction: 'outbound-reply',
      writtenBy: 'twilio',
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
): Record<string, string> {
  const { accountSid, messagingServiceSid, optOuts } = carrier.settings;
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
    From: message.from,
    ...place('From'),
    MessageSid: message.sid,
    ...(messagingServiceSid ? { MessagingServiceSid: messagingServiceSid } : {}),
    NumMedia: '0',
    NumSegments: String(message.segments),
    ...(optOuts === 'advanced' && keyword ? { OptOutType: keyword } : {}),
    SmsMessageSid: message.sid,
    SmsSid: message.sid,
    SmsStatus: 'received',
    To: message.to,
    ...place('To'),
  };
}

/** Sends what the application's answer asks for; Twilio refuses it where the pair is blocked (21610). */
function sendReplies(carrier: Carrier, inbound: SimulatedMessage, webhook: WebhookRecord): void {
  const phone = inbound.from;
  if (webhook.outcome === 'held') return;
  if (webhook.outcome !== 'ok' || webhook.answer === null) {
    const how = webhook.attempts.at(-1);
    const why = typeof how === 'number' ? `HTTP ${how}` : 'no answer';
    notify(carrier, phone, 11200, `The app did not take this text: ${why}.`);
    return;
  }
  const twiml = readTwiml(webhook.answer.contentType, webhook.answer.body);
  if (!twiml.ok) {
    notify(carrier, phone, twiml.code, twiml.reason);
    return;
  }
  for (const { body, to = phone } of twiml.messages) {
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
      startDelivery(carrier, carrier.messages.add({ ...fields, from: inbound.to, to, body }, Date.now()));
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
  if (keyword && carrier.settings.optOuts !== 'off') handleKeyword(carrier, keyword, phone, to);

  const params = inboundParams(carrier, message, keyword);
  const webhooks: WebhookRecord[] = [];
  for (let time = 0; time < (options.times ?? 1); time += 1) {
    const webhook = await carrier.webhooks.post('inbound', carrier.settings.inboundUrl, params);
    webhooks.push(webhook);
    sendReplies(carrier, message, webhook);
  }
  return { message, webhooks };
}
