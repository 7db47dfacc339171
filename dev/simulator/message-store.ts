import { randomBytes } from 'node:crypto';
import { SegmentedMessage } from 'sms-segments-calculator';
import { phoneOf, type SimulatedMessage } from './types.ts';

/** What a writer of a message knows; the rest is filled in. */
export type NewText = Pick<SimulatedMessage, 'direction' | 'writtenBy' | 'to' | 'from' | 'body' | 'status'> &
  Partial<
    Pick<
      SimulatedMessage,
      'channel' | 'messagingServiceSid' | 'statusCallback' | 'validityPeriod' | 'outcome'
    >
  >;

/** Which messages to show. `after` is a `seq`. */
export type MessageFilter = {
  phone?: string;
  direction?: 'inbound' | 'outbound';
  /** Part of the body. */
  contains?: string;
  after?: number;
};

/** The texts of one simulator, in memory, the oldest dropped beyond `limit`. */
export type MessageStore = {
  add: (message: NewText, now: number) => SimulatedMessage;
  /** Puts in messages of an earlier process, oldest first; for an empty store. */
  restore: (earlier: readonly SimulatedMessage[]) => void;
  bySid: (sid: string) => SimulatedMessage | undefined;
  /** Oldest first. */
  all: (filter?: MessageFilter) => SimulatedMessage[];
  lastSeq: () => number;
  /** Every phone that has a text, in the order of their first one. */
  phones: () => string[];
  clear: () => void;
};

/** Whether a message is one of those asked for. */
export function matches(message: SimulatedMessage, filter: MessageFilter): boolean {
  if (filter.phone !== undefined && phoneOf(message) !== filter.phone) return false;
  if (filter.direction && message.direction.startsWith('inbound') !== (filter.direction === 'inbound')) {
    return false;
  }
  if (filter.contains !== undefined && !message.body.includes(filter.contains)) return false;
  return filter.after === undefined || message.seq > filter.after;
}

/**
 * Sids are random and not seeded: an application that outlives the simulator must never meet one twice.
 * Segments and encoding come from Twilio's own calculator.
 */
export function createMessageStore(limit = 50_000): MessageStore {
  let messages: SimulatedMessage[] = [];
  const bySid = new Map<string, SimulatedMessage>();
  let seq = 0;
  return {
    add: (fields, now) => {
      const counted = new SegmentedMessage(fields.body);
      seq += 1;
      const message: SimulatedMessage = {
        channel: 'sms',
        messagingServiceSid: null,
        statusCallback: null,
        validityPeriod: null,
        outcome: null,
        redacted: false,
        ...fields,
        seq,
        sid: `SM${randomBytes(16).toString('hex')}`,
        errorCode: null,
        segments: counted.segmentsCount,
        encoding: counted.encodingName,
        createdAt: now,
        updatedAt: now,
        sentAt: null,
      };
      messages.push(message);
      bySid.set(message.sid, message);
      if (messages.length > limit) {
        for (const dropped of messages.splice(0, messages.length - limit)) bySid.delete(dropped.sid);
      }
      return message;
    },
    restore: (earlier) => {
      messages = [...earlier];
      for (const message of earlier) bySid.set(message.sid, message);
      seq = earlier.at(-1)?.seq ?? 0;
    },
    bySid: (sid) => bySid.get(sid),
    all: (filter = {}) => messages.filter((message) => matches(message, filter)),
    lastSeq: () => seq,
    phones: () => [...new Set(messages.map(phoneOf))],
    clear: () => {
      messages = [];
      bySid.clear();
    },
  };
}
