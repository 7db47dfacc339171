import type { Carrier } from '../carrier.ts';
import { senderKey } from '../carrier.ts';
import { cardId, formatPhone } from './format.ts';

/** One phone on the page: a demo person's, or a number that texted or was texted. */
export type Card = {
  id: string;
  phone: string | null;
  /** The demo person's id, for signing in. */
  userId: string | null;
  name: string;
  note: string;
  /** Which of the six colours its picture has. */
  tone: number;
};

/** All phones: the demo people in their order, then strangers in the order of their first text. */
export function listCards(carrier: Carrier): Card[] {
  const people = carrier.people.map((person) => ({
    id: cardId(person.phone ?? person.id),
    phone: person.phone,
    userId: person.id,
    name: person.name,
    note: person.note,
  }));
  const known = new Set(people.map((person) => person.phone));
  const strangers = carrier.messages
    .phones()
    .filter((phone) => !known.has(phone))
    .map((phone) => ({
      id: cardId(phone),
      phone,
      userId: null,
      name: formatPhone(phone),
      note: 'Not a number of the demo family',
    }));
  return [...people, ...strangers].map((card, index) => ({ ...card, tone: (index % 6) + 1 }));
}

/** The card of a phone number. */
export function cardOf(carrier: Carrier, phone: string): Card | undefined {
  return listCards(carrier).find((card) => card.phone === phone);
}

/** Whether Twilio blocks texts from any of the account's senders to this phone. */
export function isStopped(carrier: Carrier, phone: string): boolean {
  return carrier.settings.from.some((from) => carrier.optOuts.has(senderKey(carrier.settings, from), phone));
}
