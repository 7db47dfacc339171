import * as z from 'zod';

/** Any of Twilio's error codes (twilio.com/docs/api/errors). */
export const errorCode = z.number().int().min(1).max(999_999);

/** How an accepted text ends; nothing set: delivered. */
export const outcomeSchema = z.strictObject({
  /** Accepted and sent, then `undelivered` with this code in the receipt. */
  undelivered: errorCode.optional(),
  /** Accepted, then `failed` with this code without ever being sent. */
  failed: errorCode.optional(),
  /** `sent` is the last that is heard of it. */
  noFinalReceipt: z.boolean().optional(),
});

/** See the schema for the meaning of each. */
export type TextOutcome = z.infer<typeof outcomeSchema>;

/** What is special about a number. */
export const numberBehaviourSchema = outcomeSchema.extend({
  /** The API refuses texts to it with this Twilio code. */
  refuse: errorCode.optional(),
  /** Texts to and from it travel by RCS. */
  rcs: z.boolean().optional(),
  /** On RCS: false for a phone that sends no read receipts. */
  reads: z.boolean().optional(),
});

/** How the carrier treats a number; all absent: like any other number. */
export type NumberBehaviour = z.infer<typeof numberBehaviourSchema>;

/** Twilio's magic numbers (twilio.com/docs/iam/test-credentials). */
const MAGIC: ReadonlyMap<string, NumberBehaviour> = new Map([
  ['+15005550001', { refuse: 21211 }],
  ['+15005550002', { refuse: 21612 }],
  ['+15005550003', { refuse: 21408 }],
  ['+15005550004', { refuse: 21610 }],
  ['+15005550009', { refuse: 21614 }],
]);

/** The numbers with a behaviour of their own; Twilio's magic ones are there from the start. */
export type NumberBehaviours = {
  get: (phone: string) => NumberBehaviour;
  set: (phone: string, behaviour: NumberBehaviour) => void;
  /** Back to an ordinary (or magic) number; without a number: all of them. */
  reset: (phone?: string) => void;
  all: () => Record<string, NumberBehaviour>;
};

/** Builds the list. */
export function createNumberBehaviours(): NumberBehaviours {
  const own = new Map<string, NumberBehaviour>();
  return {
    get: (phone) => own.get(phone) ?? MAGIC.get(phone) ?? {},
    set: (phone, behaviour) => {
      own.set(phone, numberBehaviourSchema.parse(behaviour));
    },
    reset: (phone) => {
      if (phone === undefined) own.clear();
      else own.delete(phone);
    },
    all: () => Object.fromEntries(own),
  };
}
