import * as z from 'zod';

/** A sender of texts: a number or short code of ours, or a messaging service that picks one. */
export interface Sender {
  /** E.164, or a short code; null for a messaging service. */
  from: string | null;
  /** SID of a messaging service; null for a number. */
  service: string | null;
  /** Texts a second that it may take. */
  perSecond: number;
  /** Texts a day of the carriers', which ends at midnight Pacific; null: no limit of its own. */
  perDay: number | null;
  /** ISO 3166-1 alpha-2: it texts numbers of this country; null: of any. */
  country: string | null;
}

/** The forms of a sender's number and of a messaging service. */
export const SENDER_NUMBER = /^(\+[1-9]\d{6,14}|\d{3,8})$/;
export const MESSAGING_SERVICE = /^MG\w{2,62}$/;

/** The most texts a second that a setting may name: more than any sender takes. */
export const MOST_PER_SECOND = 1_000_000;

const FORM =
  'JSON such as [{"from":"+18885550100","perSecond":3},{"service":"MG…","perSecond":225,"perDay":200000,"country":"US"}]';

const listed = z.strictObject({
  from: z.string().regex(SENDER_NUMBER).optional(),
  service: z.string().regex(MESSAGING_SERVICE).optional(),
  perSecond: z.number().positive().max(MOST_PER_SECOND),
  perDay: z.int().positive().optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
});
const list = z.array(listed).min(1).max(100);

function parseSenders(text: string): Sender[] | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const { data } = list.safeParse(json);
  if (!data?.every(({ from, service }) => (from === undefined) !== (service === undefined))) return null;
  const names = data.map(({ from, service }) => from ?? service);
  if (new Set(names).size < names.length) return null;
  return data.map(({ from = null, service = null, perSecond, perDay = null, country = null }) => ({
    from,
    service,
    perSecond,
    perDay,
    country,
  }));
}

/** The setting `SENDERS`. */
export const sendersSetting = z
  .string(FORM)
  .transform(parseSenders)
  .refine((senders) => senders !== null, FORM)
  .transform((senders) => senders ?? []);

/** Toll-free codes of the North American numbering plan. */
const TOLL_FREE = /^\+18(?:00|33|44|55|66|77|88)\d{7}$/;

/** Texts a second that Twilio and the carriers take of a sender by default. Source: twilio.com/docs, “Message rate limits”. */
function usualRate(from: string | null): number {
  if (from === null) return 10;
  if (/^\d{3,8}$/.test(from)) return 100;
  return TOLL_FREE.test(from) ? 3 : 1;
}

/** The settings that name senders. */
export interface SenderSettings {
  SENDERS?: Sender[] | undefined;
  TWILIO_FROM?: string | undefined;
  TWILIO_MESSAGING_SERVICE_SID?: string | undefined;
  SMS_PER_SECOND?: number | undefined;
}

/** All senders: those of `SENDERS`, else the one. */
export function sendersOf(config: SenderSettings): readonly Sender[] {
  if (config.SENDERS) return config.SENDERS;
  const service = config.TWILIO_MESSAGING_SERVICE_SID ?? null;
  const from = service === null ? (config.TWILIO_FROM ?? null) : null;
  return [
    { from, service, perSecond: config.SMS_PER_SECOND ?? usualRate(from), perDay: null, country: null },
  ];
}

/** What a sender is called, in logs and by its object. */
export const senderName = ({ from, service }: Pick<Sender, 'from' | 'service'>): string =>
  from ?? service ?? '';

/** Our own numbers and short codes, as far as settings tell. */
export const ownNumbers = (config: SenderSettings): string[] => {
  const numbers = [config.TWILIO_FROM, ...sendersOf(config).map(({ from }) => from)];
  return [...new Set(numbers.filter((from) => from != null))];
};

/** A number from 0 (exclusive) to 1, the same for the same text. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32 || 2 ** -33;
}

/**
 * The sender of a family's texts to numbers of a country: always the same, so that answers and STOP go where the texts
 * came from. Senders of that country come first, then those of any. Families spread by the rates, and a sender more takes
 * its share and moves no other family (weighted rendezvous hashing).
 * @param key the family's id, or what else the sender is to stay the same for
 * @param country ISO 3166-1 alpha-2; null: not known
 */
export function senderFor(config: SenderSettings, key: string, country: string | null): Sender {
  const senders = sendersOf(config);
  const ofCountry = senders.filter((sender) => sender.country !== null && sender.country === country);
  const ofAny = senders.filter((sender) => sender.country === null);
  const fitting = [ofCountry, ofAny, senders].find((some) => some.length > 0)!;
  const score = (sender: Sender) => -Math.log(fractionOf(`${key} ${senderName(sender)}`)) / sender.perSecond;
  return fitting.reduce((best, sender) => (score(sender) < score(best) ? sender : best));
}
