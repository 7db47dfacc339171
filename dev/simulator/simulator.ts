import type { AddressInfo } from 'node:net';
import { type Carrier, createCarrier, type RequestRecord, senderKey, setNumber } from './carrier.ts';
import { resumeDeliveries } from './delivery.ts';
import type { Faults, PlannedFault } from './faults.ts';
import { type InboundOptions, type InboundResult, sendFromPhone } from './inbound.ts';
import { keepJournal } from './journal.ts';
import type { MessageFilter } from './message-store.ts';
import { nextMessage } from './next-message.ts';
import type { NumberBehaviour } from './numbers.ts';
import { changeSettings, type Settings, type SimulatorOptions } from './options.ts';
import { createPageHandler } from './page/page-routes.ts';
import { clearMessages, reset } from './reset.ts';
import { createSimulatorServer } from './server.ts';
import type { CarrierNotice, SimulatedMessage, SimulatedPerson } from './types.ts';
import type { WebhookRecord } from './webhooks.ts';

/** A running simulator. Times are ms. */
export type Simulator = {
  port: number;
  /** `http://127.0.0.1:port`: the value for `TWILIO_API_BASE`, and the address of the page. */
  origin: string;
  /** The account and everything else that is set, as it is now. */
  settings: () => Readonly<Settings>;
  configure: (patch: Partial<Settings>) => void;
  setPeople: (people: SimulatedPerson[]) => void;

  /** The texts, oldest first. */
  messages: (filter?: MessageFilter) => SimulatedMessage[];
  /**
   * The next text that fits; with `after` (a `seq`, 0 for any) also one that is already there.
   * Rejects after `timeoutMs` (10,000).
   */
  waitForMessage: (filter?: MessageFilter, timeoutMs?: number) => Promise<SimulatedMessage>;
  /** A text from a phone, through the signed webhook; resolves when the application has answered. */
  sendFromPhone: (phone: string, body: string, options?: InboundOptions) => Promise<InboundResult>;

  faults: {
    get: () => Faults;
    set: (patch: Partial<Faults>) => void;
    next: (plan: PlannedFault) => void;
    reset: () => void;
  };
  setNumber: (phone: string, behaviour: NumberBehaviour) => void;
  optOut: (phone: string) => void;
  optIn: (phone: string) => void;
  isOptedOut: (phone: string) => boolean;

  requests: () => readonly RequestRecord[];
  webhooks: () => readonly WebhookRecord[];
  notices: () => readonly CarrierNotice[];
  /** Goes on with the deliveries that the end of an earlier process cut short; once the application is there. */
  resume: () => void;
  /** Resolves when no delivery and no receipt is under way. */
  idle: () => Promise<void>;
  /** Forgets the texts and records. */
  clear: () => void;
  /** Forgets everything but settings and people. */
  reset: () => void;
  close: () => Promise<void>;
};

/** What a simulator offers besides its address and its end. */
function operations(carrier: Carrier): Omit<Simulator, 'port' | 'origin' | 'close'> {
  const changed = (): void => carrier.events.emit({ type: 'settings' });
  const senders = (): string[] => carrier.settings.from.map((from) => senderKey(carrier.settings, from));
  return {
    settings: () => carrier.settings,
    configure: (patch) => {
      changeSettings(carrier.settings, patch);
      changed();
    },
    setPeople: (people) => {
      carrier.people = people;
      carrier.events.emit({ type: 'people' });
    },
    messages: (filter) => carrier.messages.all(filter),
    waitForMessage: async (filter = {}, timeoutMs = 30_000) => {
      const message = await nextMessage(carrier, filter, timeoutMs);
      if (!message) throw new Error(`No text within ${timeoutMs} ms that fits ${JSON.stringify(filter)}`);
      return message;
    },
    sendFromPhone: (phone, body, options) => sendFromPhone(carrier, phone, body, options),
    faults: {
      get: () => carrier.faults.get(),
      set: (patch) => {
        carrier.faults.set(patch);
        changed();
      },
      next: (plan) => {
        carrier.faults.next(plan);
        changed();
      },
      reset: () => {
        carrier.faults.reset();
        changed();
      },
    },
    setNumber: (phone, behaviour) => setNumber(carrier, phone, behaviour),
    optOut: (phone) => {
      for (const sender of senders()) carrier.optOuts.add(sender, phone);
      carrier.events.emit({ type: 'optOut', phone });
    },
    optIn: (phone) => {
      for (const sender of senders()) carrier.optOuts.remove(sender, phone);
      carrier.events.emit({ type: 'optOut', phone });
    },
    isOptedOut: (phone) => senders().some((sender) => carrier.optOuts.has(sender, phone)),
    requests: () => carrier.requests,
    webhooks: () => carrier.webhooks.all(),
    notices: () => carrier.notices,
    resume: () => resumeDeliveries(carrier),
    idle: () => carrier.work.idle(),
    clear: () => clearMessages(carrier),
    reset: () => reset(carrier),
  };
}

/**
 * Starts a local Twilio with a page of phones on 127.0.0.1. Rejects with the server's error when the port is taken, and
 * with a `JournalError` when its journal is none.
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const carrier = createCarrier(options);
  const closeJournal =
    options.journal === undefined ? () => undefined : keepJournal(carrier, options.journal);
  const page = createPageHandler(carrier, options);
  const server = createSimulatorServer(carrier, page.handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  }).catch((error: unknown) => {
    closeJournal();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    ...operations(carrier),
    close: () =>
      new Promise((resolve) => {
        carrier.queues.cancel();
        carrier.work.cancel();
        carrier.webhooks.close();
        server.close(() => resolve());
        server.closeAllConnections();
        closeJournal();
      }),
  };
}
