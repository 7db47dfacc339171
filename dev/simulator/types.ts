import type { TextOutcome } from './numbers.ts';

/** What Twilio says of a message. An inbound text is `received`; `accepted` exists only with a Messaging Service, `read` only on RCS. */
export type MessageStatus =
  | 'accepted'
  | 'queued'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'undelivered'
  | 'failed'
  | 'received';

/** How a text travels. */
export type TextChannel = 'sms' | 'rcs';

/** One text, in either direction. Times are ms since epoch. */
export type SimulatedMessage = {
  /** Counts up from 1, never reused: the cursor for "what came after". */
  seq: number;
  sid: string;
  direction: 'inbound' | 'outbound-api' | 'outbound-reply';
  /** Who wrote it: the application, Twilio's own keyword handling, or the person holding the phone. */
  writtenBy: 'app' | 'twilio' | 'phone';
  channel: TextChannel;
  /** Numbers on both channels, without a prefix; `wireAddresses` gives them as Twilio writes them. */
  to: string;
  from: string;
  body: string;
  /** The application has emptied it in Twilio's records; the phone still shows it. */
  redacted: boolean;
  status: MessageStatus;
  errorCode: number | null;
  segments: number;
  encoding: 'GSM-7' | 'UCS-2';
  messagingServiceSid: string | null;
  statusCallback: string | null;
  /** Seconds, as asked for with `ValidityPeriod`. */
  validityPeriod: number | null;
  /** How it will end, when a fault decided that at acceptance; null: as the number's behaviour says. */
  outcome: TextOutcome | null;
  createdAt: number;
  updatedAt: number;
  sentAt: number | null;
};

/** Something Twilio would write into its debugger: a webhook that failed, a reply that was refused. */
export type CarrierNotice = {
  seq: number;
  at: number;
  /** The phone it concerns, if any. */
  phone: string | null;
  /** Twilio's error or warning code. */
  code: number;
  text: string;
};

/** A demo person and the phone they hold; `phone` is null as long as none is known. */
export type SimulatedPerson = { id: string; name: string; phone: string | null; note: string };

/** How keywords are handled: by Twilio (the default), by Twilio with `OptOutType` in the webhook, or not at all. */
export type OptOutMode = 'twilio' | 'advanced' | 'off';

/** The phone that a message is seen on. */
export function phoneOf(message: Pick<SimulatedMessage, 'direction' | 'to' | 'from'>): string {
  return message.direction === 'inbound' ? message.from : message.to;
}
