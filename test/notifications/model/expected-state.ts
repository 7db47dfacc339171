import { errorRule } from '../../../src/platform/sms/twilio-errors.ts';
import { type Name, PEOPLE, THREADS } from '../../worker/lab.ts';

/** A thread of the lab. */
export type ThreadName = (typeof THREADS)[number];

/**
 * The state that the model expects, as seen from outside: who holds which number, agreed to texts, is in which thread.
 * It follows from what people did, not from what the product wrote down.
 */
export interface ExpectedState {
  numbers: Map<Name, string>;
  agreed: Set<Name>;
  /** Numbers that said STOP, to whomever; that the carrier blocks; that cannot receive texts. */
  out: Set<string>;
  blocked: Set<string>;
  dead: Set<string>;
  /** How often it was said of a number that it may be dead. */
  strikes: Map<string, number>;
  members: Map<ThreadName, Set<Name>>;
}

/** A change of the expected state. */
export type Change = (state: ExpectedState) => void;

/** The state of a new family: everyone agreed, and is in all threads. */
export const initialState = (numberOf: (name: Name) => string): ExpectedState => ({
  numbers: new Map(PEOPLE.map((name) => [name, numberOf(name)])),
  agreed: new Set(PEOPLE),
  out: new Set(),
  blocked: new Set(),
  dead: new Set(),
  strikes: new Map(),
  members: new Map(THREADS.map((thread) => [thread, new Set(PEOPLE)])),
});

/** A copy, to be changed. */
export const copyOf = (state: ExpectedState): ExpectedState => structuredClone(state);

/** Who holds a number; null: nobody. */
export const holderOf = ({ numbers }: ExpectedState, number: string): Name | null =>
  PEOPLE.find((name) => numbers.get(name) === number) ?? null;

/** Whether somebody may not be texted because they, or their number, said so. */
export function hasStopped({ numbers, agreed, out, blocked }: ExpectedState, name: Name): boolean {
  const number = numbers.get(name) ?? '';
  return !agreed.has(name) || out.has(number) || blocked.has(number);
}

/** Where somebody may be texted, and about what: `dinner at +12025550101`. */
export function permits(state: ExpectedState, name: Name): string[] {
  const number = state.numbers.get(name);
  if (number === undefined || state.dead.has(number) || hasStopped(state, name)) return [];
  return THREADS.filter((thread) => state.members.get(thread)!.has(name)).map((thread) =>
    permit(thread, number),
  );
}

/** See {@link permits}. */
export const permit = (thread: string, number: string): string => `${thread} at ${number}`;

/** STOP from a phone: the number is out, whoever holds it, and the carrier blocks it. */
export const stopsByText =
  (number: string): Change =>
  (known) => {
    known.out.add(number);
    known.blocked.add(number);
    const holder = holderOf(known, number);
    if (holder) known.agreed.delete(holder);
  };

/** STOP on the page: of the person, and of the number they hold. */
export const stopsOnPage =
  (name: Name): Change =>
  (known) => {
    known.agreed.delete(name);
    const number = known.numbers.get(name);
    if (number !== undefined) known.out.add(number);
  };

/** START from a phone: agreement of whoever holds it. */
export const startsByText =
  (number: string): Change =>
  (known) => {
    known.out.delete(number);
    known.blocked.delete(number);
    const holder = holderOf(known, number);
    if (holder) known.agreed.add(holder);
  };

/** START on the page: needs a number, and is refused while the carrier blocks it. */
export const startsOnPage =
  (name: Name): Change =>
  (known) => {
    const number = known.numbers.get(name);
    if (number === undefined || known.blocked.has(number)) return;
    known.agreed.add(name);
    known.out.delete(number);
  };

/** Somebody gives a number up: by removing it, or because somebody else proved it. */
export const losesNumber =
  (name: Name): Change =>
  (known) => {
    known.strikes.delete(known.numbers.get(name) ?? '');
    known.numbers.delete(name);
    known.agreed.delete(name);
  };

/** Possession wins; agreement was to the number before, and is given anew or not. */
export const provesNumber =
  (name: Name, number: string, agrees: boolean): Change =>
  (known) => {
    const holder = holderOf(known, number);
    if (holder !== name) {
      if (holder) losesNumber(holder)(known);
      losesNumber(name)(known);
    }
    known.numbers.set(name, number);
    known.dead.delete(number);
    known.strikes.delete(number);
    if (!agrees || known.blocked.has(number)) return;
    known.agreed.add(name);
    known.out.delete(number);
  };

/**
 * The host names another number, to which nobody has agreed yet. One that is held stays where it is; one's own that died is
 * alive again, since the host proves it anew.
 */
export const isGivenNumber =
  (name: Name, number: string): Change =>
  (known) => {
    const holder = holderOf(known, number);
    if (holder === name && known.dead.delete(number)) known.strikes.delete(number);
    if (holder !== null) return;
    losesNumber(name)(known);
    provesNumber(name, number, false)(known);
  };

/** The host puts somebody into a thread, or takes them out. */
export const joins =
  (name: Name, thread: ThreadName, isIn: boolean): Change =>
  (known) => {
    const members = known.members.get(thread)!;
    if (isIn) members.add(name);
    else members.delete(name);
  };

/** What a receipt's code says of the number that the text went to. */
export const failsWith =
  (number: string, errorCode: number | null): Change =>
  (known) => {
    if (errorCode === null) return;
    const { receipt, number: says } = errorRule(errorCode, 0);
    if (receipt === 'opted_out') stopsByText(number)(known);
    if (holderOf(known, number) === null) return;
    if (says === 'strike') known.strikes.set(number, (known.strikes.get(number) ?? 0) + 1);
    if (says === 'unusable' || known.strikes.get(number) === 2) known.dead.add(number);
  };
