import * as z from 'zod';
import { draw } from './draw.ts';
import { errorCode, outcomeSchema, type TextOutcome } from './numbers.ts';

const rate = z.number().min(0).max(1);

/** Statuses that a receipt can carry, for `receiptOrder`. `final` stands for how the message really ended. */
const receiptStep = z.enum(['queued', 'sent', 'final']);

/** Every fault, as stored. Rates are 0 to 1; `latencyMs` is ms, `retryAfterSeconds` seconds. */
const faultsSchema = z.strictObject({
  /** Every API answer waits this long. */
  latencyMs: z.number().int().min(0).max(120_000),
  /** 429 / 20429, not processed. */
  rateLimited: rate,
  /** In the `Retry-After` of a 429; null: the header is left out. */
  retryAfterSeconds: z.number().int().min(0).max(3600).nullable(),
  /** So many requests at once; each more gets 429 / 20429, not processed. Null: any number. */
  concurrent: z.number().int().min(1).max(10_000).nullable(),
  /** 500 / 20500, not processed. */
  serverError: rate,
  /** 503 / 20503, not processed. */
  unavailable: rate,
  /** Never answers, not processed. */
  timeout: rate,
  /** Socket destroyed before anything was accepted. */
  dropBefore: rate,
  /** Accepted, then the socket is destroyed before the answer. */
  dropAfter: rate,
  /** Accepted, then never answers. */
  timeoutAfter: rate,
  /** Accepted, then 500. */
  serverErrorAfter: rate,
  /** Which API requests the rates touch: sending, looking up (list and fetch), or both. */
  on: z.enum(['create', 'read', 'all']),
  /** A message shows in the list only so long after it was accepted; fetching it by its sid finds it at once. */
  listDelaySeconds: z.number().min(0).max(3600),
  /** Accepted, then it ends as one of `endings` says. */
  failing: rate,
  /** How failing texts end; chance takes one of them for each text. */
  endings: z.array(outcomeSchema).min(1).max(100),
  /** Segments a second that each sender hands on; the others wait. Null: any number. */
  senderPerSecond: z.number().min(0.01).max(10_000).nullable(),
  /**
   * How much may wait at a sender, as the time it takes to send; Twilio holds ten hours' worth. More is refused with
   * 21611 or, behind a Messaging Service, accepted and then failed with 30001.
   */
  senderQueueSeconds: z.number().min(0).max(36_000),
  /** A receipt is never posted. */
  receiptLost: rate,
  /** A receipt is posted twice. */
  receiptDuplicated: rate,
  /** A message's receipts come last one first. */
  receiptReordered: rate,
  /** Exactly these receipts in this order, once the message has ended; null: as they happen. */
  receiptOrder: z.array(receiptStep).max(20).nullable(),
});

/** See the schema for the meaning of each. */
export type Faults = z.infer<typeof faultsSchema>;

/** A change to some of the faults. */
export const faultsPatchSchema = faultsSchema.partial();

/** A working Twilio. */
export const NO_FAULTS: Faults = {
  latencyMs: 0,
  rateLimited: 0,
  retryAfterSeconds: 1,
  concurrent: null,
  serverError: 0,
  unavailable: 0,
  timeout: 0,
  dropBefore: 0,
  dropAfter: 0,
  timeoutAfter: 0,
  serverErrorAfter: 0,
  on: 'all',
  listDelaySeconds: 0,
  failing: 0,
  endings: [{ undelivered: 30008 }],
  senderPerSecond: null,
  senderQueueSeconds: 36_000,
  receiptLost: 0,
  receiptDuplicated: 0,
  receiptReordered: 0,
  receiptOrder: null,
};

const FAULT_NAMES = [
  'rateLimited',
  'serverError',
  'unavailable',
  'timeout',
  'dropBefore',
  'dropAfter',
  'timeoutAfter',
  'serverErrorAfter',
] as const;

/**
 * What can happen to an API request: a number refuses it with that Twilio code, an outcome accepts the message and
 * says how it ends, `none` spares the request.
 */
export type Fault = (typeof FAULT_NAMES)[number] | 'none' | number | TextOutcome;

/** "The next `times` requests of this kind (to this number) meet this fault", before any rate is drawn. */
export const plannedFaultSchema = z.strictObject({
  fault: z.union([z.enum([...FAULT_NAMES, 'none']), errorCode, outcomeSchema]),
  times: z.number().int().min(1).max(100_000).default(1),
  operation: z.enum(['create', 'read', 'any']).default('create'),
  to: z.string().optional(),
});

/** A planned fault as it is given: `times` is 1 and `operation` is `create` when absent. */
export type PlannedFault = z.input<typeof plannedFaultSchema>;

/** The fault that a request's one draw falls on: the rates laid end to end on the line from 0 to 1. */
export function pickFault(faults: Faults, operation: 'create' | 'read', drawn: number): Fault {
  if (faults.on !== 'all' && faults.on !== operation) return 'none';
  let edge = 0;
  for (const name of FAULT_NAMES) {
    edge += faults[name];
    if (drawn < edge) return name;
  }
  return 'none';
}

/** The faults in force, the queue of planned ones, and the seeded chance behind the rates. */
export type FaultControl = {
  get: () => Faults;
  set: (patch: Partial<Faults>) => void;
  /** Plans a fault for the next request(s); plans are used up in the order they were made. */
  next: (plan: PlannedFault) => void;
  planned: () => readonly Required<Omit<PlannedFault, 'to'>>[];
  /** Back to a working Twilio, nothing planned. */
  reset: () => void;
  /** What happens to this request. Each call is one draw. */
  decide: (operation: 'create' | 'read', to: string | null) => Fault;
  /** Whether a chance of the given rate comes true for a key; does not depend on when it is asked. */
  chance: (rate: number, key: string) => boolean;
  /** How the rate of failing texts makes an accepted message end, if it strikes this one. */
  ending: (key: string) => TextOutcome | null;
};

/** Builds the control for one simulator; the same seed and the same order of requests give the same faults. */
export function createFaultControl(seed: number, initial: Partial<Faults> = {}): FaultControl {
  let faults = faultsSchema.parse({ ...NO_FAULTS, ...initial });
  let plans: z.infer<typeof plannedFaultSchema>[] = [];
  let requests = 0;
  return {
    get: () => faults,
    set: (patch) => {
      faults = faultsSchema.parse({ ...faults, ...patch });
    },
    next: (plan) => {
      plans.push(plannedFaultSchema.parse(plan));
    },
    planned: () => plans,
    reset: () => {
      faults = NO_FAULTS;
      plans = [];
    },
    decide: (operation, to) => {
      requests += 1;
      const drawn = draw(seed, `request:${requests}`);
      const plan = plans.find(
        (each) => (each.operation === 'any' || each.operation === operation) && (!each.to || each.to === to),
      );
      if (!plan) return pickFault(faults, operation, drawn);
      plan.times -= 1;
      if (plan.times === 0) plans = plans.filter((each) => each !== plan);
      return plan.fault;
    },
    chance: (likelihood, key) => draw(seed, key) < likelihood,
    ending: (key) => {
      const { failing, endings } = faults;
      if (draw(seed, `${key}:fails`) >= failing) return null;
      return endings[Math.floor(draw(seed, `${key}:ending`) * endings.length)] ?? null;
    },
  };
}
