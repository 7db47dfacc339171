import type { CarrierText, SendOutcome, Sms } from '../../src/platform/sms/twilio.ts';
import { errorRule } from '../../src/platform/sms/twilio-errors.ts';

/** How a text ends. */
export interface Fate {
  status: 'delivered' | 'undelivered' | 'failed' | 'sent';
  errorCode: number | null;
}

/** A text that the carrier accepted. Times are ms. */
export interface AcceptedText {
  sid: string;
  to: string;
  body: string;
  statusCallback: string;
  validitySeconds: number;
  acceptedAt: number;
  /** From then on the list shows it and receipts come. */
  visibleAt: number;
  /** Whether the sender was told that it was accepted. */
  answered: boolean;
  fate: Fate;
}

/**
 * What happens to the next request to send: a refusal with Twilio's code; `lost`: never accepted, no answer;
 * `unanswered`: accepted, but the answer is lost; `late`: the same, and the list shows it only after so many ms.
 */
export type SendFault =
  | { kind: 'refused'; code: number }
  | { kind: 'lost' }
  | { kind: 'unanswered' }
  | { kind: 'late'; ms: number };

/**
 * Twilio in memory: keeps what it accepts, refuses who is blocked, lists newest first, forgets nothing. Held
 * against the simulator by test/worker/carrier.worker.test.ts.
 */
export function createCarrier(now: () => number) {
  const texts: AcceptedText[] = [];
  const carrier = {
    texts,
    /** The next requests to send meet these, in order; then all goes well. */
    faults: [] as SendFault[],
    /** While true, the list cannot be asked. */
    listDown: false,
    /** Numbers that said STOP to it. */
    blocked: new Set<string>(),
    /** How the next texts end; delivered once the list is empty. */
    fates: [] as Fate[],
    /** Called whenever a text is accepted. */
    onAccept: (_text: AcceptedText): void | Promise<void> => undefined,
    send: send as Sms['send'],
    find: find as Sms['find'],
    /** SIDs whose words were emptied; while the list is down, nothing is. */
    redacted: new Set<string>(),
    redact: (async (sid) => {
      if (carrier.listDown) return 'unreached';
      carrier.redacted.add(sid);
      return 'done';
    }) as Sms['redact'],
  };

  async function accept(text: Parameters<Sms['send']>[0], answered: boolean, lateMs = 0) {
    const fate = carrier.fates.shift() ?? { status: 'delivered' as const, errorCode: null };
    const accepted: AcceptedText = {
      sid: `SM${crypto.randomUUID().replaceAll('-', '')}`,
      ...text,
      acceptedAt: now(),
      visibleAt: now() + lateMs,
      answered,
      fate,
    };
    texts.push(accepted);
    await carrier.onAccept(accepted);
    return accepted;
  }

  async function send(text: Parameters<Sms['send']>[0]): Promise<SendOutcome> {
    const fault = carrier.faults.shift();
    if (fault?.kind === 'refused') return refusal(fault.code);
    if (fault?.kind === 'lost') return { kind: 'ambiguous', code: 'timeout' };
    if (carrier.blocked.has(text.to)) return refusal(21610);
    if (fault?.kind === 'unanswered' || fault?.kind === 'late') {
      await accept(text, false, fault.kind === 'late' ? fault.ms : 0);
      return { kind: 'ambiguous', code: 'timeout' };
    }
    return { kind: 'accepted', text: listed(await accept(text, true), now()) };
  }

  async function find({
    to,
    reference,
    since,
    except = [],
  }: Parameters<Sms['find']>[0]): Promise<CarrierText | null> {
    if (carrier.listDown) throw new Error("The carrier's list answered 503");
    const found = texts.findLast(
      (text) =>
        text.to === to &&
        text.visibleAt <= now() &&
        text.body.includes(reference) &&
        !except.includes(text.sid),
    );
    return found && found.acceptedAt >= since - SKEW_MS ? listed(found, now()) : null;
  }
  return carrier;
}

/** What createTwilio allows for clocks that differ. */
const SKEW_MS = 60_000;

const refusal = (code: number): SendOutcome => ({
  kind: errorRule(code, 400).meaning,
  code: String(code),
});

/** A text is on its way for so long; then the list knows how it ended. */
const TRAVEL_MS = 5000;

const listed = ({ sid, body, acceptedAt, visibleAt, fate }: AcceptedText, now: number): CarrierText => {
  const ended = now >= visibleAt + TRAVEL_MS;
  return {
    sid,
    status: ended ? fate.status : 'queued',
    body,
    segments: 1,
    errorCode: ended ? fate.errorCode : null,
    createdAt: acceptedAt,
  };
};

/** See {@link createCarrier}. */
export type Carrier = ReturnType<typeof createCarrier>;
