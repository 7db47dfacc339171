import { createEventHub, type EventHub } from './events.ts';
import { createFaultControl, type FaultControl } from './faults.ts';
import { createMessageStore, type MessageStore } from './message-store.ts';
import { createNumberBehaviours, type NumberBehaviour, type NumberBehaviours } from './numbers.ts';
import { createOptOuts, type OptOuts } from './opt-outs.ts';
import { type Settings, type SimulatorOptions, settingsFrom } from './options.ts';
import { createSenderQueues, type SenderQueues } from './sender-queue.ts';
import type { CarrierNotice, SimulatedPerson } from './types.ts';
import { createWebhookPoster, type WebhookPoster } from './webhooks.ts';
import { createWork, type Work } from './work.ts';

/** One request to Twilio's API and what became of it. */
export type RequestRecord = {
  at: number;
  operation: 'create' | 'list' | 'fetch' | 'redact';
  /** With the query. */
  path: string;
  params: Record<string, string>;
  /** HTTP status of the answer; null when none was given. */
  status: number | null;
  /** The fault that struck, or the code of the refusal. */
  fault: string | number | null;
  /** The message that was accepted, even where the caller never learnt of it. */
  sid: string | null;
};

/** Everything one simulator knows; the functions beside this file work on it. */
export type Carrier = {
  settings: Settings;
  people: SimulatedPerson[];
  messages: MessageStore;
  optOuts: OptOuts;
  numbers: NumberBehaviours;
  faults: FaultControl;
  events: EventHub;
  webhooks: WebhookPoster;
  notices: CarrierNotice[];
  requests: RequestRecord[];
  work: Work;
  queues: SenderQueues;
  /** Requests to Twilio's API that have neither been answered nor given up. */
  inHand: number;
};

/** A carrier with nothing on it yet. */
export function createCarrier(options: SimulatorOptions): Carrier {
  const settings = settingsFrom(options);
  const faults = createFaultControl(options.seed ?? 1, options.faults);
  const work = createWork();
  return {
    settings,
    people: [...(options.people ?? [])],
    messages: createMessageStore(),
    optOuts: createOptOuts(),
    numbers: createNumberBehaviours(),
    faults,
    events: createEventHub(),
    webhooks: createWebhookPoster(() => settings),
    notices: [],
    requests: [],
    work,
    queues: createSenderQueues(faults, work),
    inHand: 0,
  };
}

/** The name under which opt-outs of a number are kept: its Messaging Service, when the account has one. */
export function senderKey(settings: Settings, number: string): string {
  return settings.messagingServiceSid ?? number;
}

/** Gives a number a behaviour, or with null its ordinary one again, and tells those who watch. */
export function setNumber(carrier: Carrier, phone: string, behaviour: NumberBehaviour | null): void {
  if (behaviour === null) carrier.numbers.reset(phone);
  else carrier.numbers.set(phone, behaviour);
  carrier.events.emit({ type: 'number', phone });
}

/** Writes into the debugger and tells those who watch. */
export function notify(carrier: Carrier, phone: string | null, code: number, text: string): void {
  const seq = (carrier.notices.at(-1)?.seq ?? 0) + 1;
  const notice: CarrierNotice = { seq, at: Date.now(), phone, code, text };
  carrier.notices.push(notice);
  if (carrier.notices.length > 1000) carrier.notices.shift();
  carrier.events.emit({ type: 'notice', notice });
}
