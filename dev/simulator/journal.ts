import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import * as z from 'zod';
import type { Carrier } from './carrier.ts';
import { numberBehaviourSchema, outcomeSchema } from './numbers.ts';
import type { CarrierNotice, SimulatedMessage } from './types.ts';

const messageSchema: z.ZodType<SimulatedMessage> = z.strictObject({
  seq: z.number(),
  sid: z.string(),
  direction: z.enum(['inbound', 'outbound-api', 'outbound-reply']),
  writtenBy: z.enum(['app', 'twilio', 'phone']),
  channel: z.enum(['sms', 'rcs']),
  to: z.string(),
  from: z.string(),
  body: z.string(),
  redacted: z.boolean().default(false),
  status: z.enum(['accepted', 'queued', 'sent', 'delivered', 'read', 'undelivered', 'failed', 'received']),
  errorCode: z.number().nullable(),
  segments: z.number(),
  encoding: z.enum(['GSM-7', 'UCS-2']),
  messagingServiceSid: z.string().nullable(),
  statusCallback: z.string().nullable(),
  validityPeriod: z.number().nullable(),
  outcome: outcomeSchema.nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
  sentAt: z.number().nullable(),
});

const noticeSchema: z.ZodType<CarrierNotice> = z.strictObject({
  seq: z.number(),
  at: z.number(),
  phone: z.string().nullable(),
  code: z.number(),
  text: z.string(),
});

const stateSchema = z.strictObject({
  optOuts: z.array(z.strictObject({ sender: z.string(), phone: z.string() })),
  numbers: z.record(z.string(), numberBehaviourSchema),
});

/** One line: a message as it is now, a notice, that all texts were cleared, or what is known of the phones. */
const lineSchema = z.union([
  z.strictObject({ message: messageSchema }),
  z.strictObject({ notice: noticeSchema }),
  z.strictObject({ cleared: z.literal(true) }),
  z.strictObject({ state: stateSchema }),
]);

type Line = z.infer<typeof lineSchema>;

/** What a simulator knew when it ended. Texts and notices are in the order of their `seq`. */
export type Saved = { messages: SimulatedMessage[]; notices: CarrierNotice[] } & z.infer<typeof stateSchema>;

/** Says which line of a journal cannot be read. */
export class JournalError extends Error {}

/** How many texts, and how many notices, outlive a restart. */
const KEPT = 10_000;

function parseLine(text: string, number: number): Line {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new JournalError(`line ${number} cannot be read`, { cause });
  }
}

/**
 * What a journal comes to. A last line without its end was being written when the process was killed, and is left out.
 * @throws JournalError for any other line that is none
 */
export function replay(journal: string): Saved {
  const messages = new Map<number, SimulatedMessage>();
  let notices: CarrierNotice[] = [];
  let state: z.infer<typeof stateSchema> = { optOuts: [], numbers: {} };
  const lines = journal.split('\n').slice(0, -1);
  for (const [index, text] of lines.entries()) {
    const line = parseLine(text, index + 1);
    if ('message' in line) messages.set(line.message.seq, line.message);
    else if ('notice' in line) notices.push(line.notice);
    else if ('state' in line) state = line.state;
    else {
      messages.clear();
      notices = [];
    }
  }
  return { messages: [...messages.values()].slice(-KEPT), notices: notices.slice(-KEPT), ...state };
}

const asLine = (line: Line): string => `${JSON.stringify(line)}\n`;

/** The shortest journal that comes to the same. */
function compact({ messages, notices, ...state }: Saved): string {
  const lines: Line[] = [
    ...messages.map((message) => ({ message })),
    ...notices.map((notice) => ({ notice })),
    { state },
  ];
  return lines.map(asLine).join('');
}

/**
 * Gives a fresh carrier what the journal in `file` knows, and writes on from there: a line for every change, at once,
 * so that a kill loses nothing. Faults and settings are not kept.
 * @returns the function that closes the file
 * @throws JournalError when the file holds something else
 */
export function keepJournal(carrier: Carrier, file: string): () => void {
  const saved = replay(existsSync(file) ? readFileSync(file, 'utf8') : '');
  carrier.messages.restore(saved.messages);
  carrier.notices.push(...saved.notices);
  for (const { sender, phone } of saved.optOuts) carrier.optOuts.add(sender, phone);
  for (const [phone, behaviour] of Object.entries(saved.numbers)) carrier.numbers.set(phone, behaviour);

  writeFileSync(`${file}.new`, compact(saved));
  renameSync(`${file}.new`, file);
  const handle = openSync(file, 'a');
  const write = (line: Line): void => {
    writeSync(handle, asLine(line));
  };
  const stateNow = (): string =>
    asLine({ state: { optOuts: carrier.optOuts.all(), numbers: carrier.numbers.all() } });
  let known = stateNow();
  const stop = carrier.events.listen((event) => {
    if (event.type === 'message' || event.type === 'status') return write({ message: event.message });
    if (event.type === 'notice') return write({ notice: event.notice });
    if (event.type === 'cleared') write({ cleared: true });
    const state = stateNow();
    if (state === known) return;
    known = state;
    writeSync(handle, state);
  });
  return () => {
    stop();
    closeSync(handle);
  };
}
