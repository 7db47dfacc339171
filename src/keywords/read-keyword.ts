import { withoutDeviceLine, withoutName, withoutQuotes } from './own-words.ts';
import { revokesInPlainWords } from './revocation.ts';
import { foldLetters, squash } from './sentences.ts';

/** What an inbound text asks for. `none`: an ordinary message. */
export type KeywordKind = 'opt_out' | 'opt_in' | 'help' | 'none';

/**
 * - `twilio`: Twilio acted on the text itself (blocked, unblocked) and answered it; our answer would be refused
 *   with 21610 or arrive twice.
 * - `carrier_word`: a legal or carrier word that Twilio did not recognise and so neither acted on nor answered:
 *   punctuation ("Stop!"), spacing ("s t o p"), two words ("opt out"), another language ("ARRET").
 * - `plain`: a revocation in a sentence of the person's own, unknown to Twilio too.
 */
export type KeywordReader = 'twilio' | 'carrier_word' | 'plain';

/** What a text was read as, and who recognises it; `null` for no keyword. */
export type KeywordReading =
  | { kind: 'opt_out'; by: KeywordReader }
  | { kind: 'opt_in' | 'help'; by: 'twilio' | 'carrier_word' }
  | { kind: 'none'; by: null };

type Wanted = Exclude<KeywordKind, 'none'>;

/** Twilio's default sets: twilio.com/docs/messaging/tutorials/advanced-opt-out, help article 223134027. */
const TWILIO_WORDS: ReadonlyMap<string, Wanted> = new Map([
  ...['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout'].map(wants('opt_out')),
  ...['start', 'yes', 'unstop'].map(wants('opt_in')),
  ...['help', 'info'].map(wants('help')),
]);

/** Words of other carriers and languages (Canada's ARRET and AIDE), and the commonest typing errors. */
const OTHER_WORDS: ReadonlyMap<string, Wanted> = new Map([
  ...[
    'remove',
    'unsub',
    'unsubcribe',
    'unsuscribe',
    'unsubscibe',
    'unsubsribe',
    'stopp',
    'stop2end',
    'stop2quit',
  ].map(wants('opt_out')),
  ...['arret', 'arrett', 'arrete', 'arretez', 'arreter', 'desabonner', 'desabonnement'].map(wants('opt_out')),
  ...['desinscrire', 'desinscription', 'alto', 'pare', 'parar', 'detener', 'cancelar'].map(wants('opt_out')),
  ...['desuscribir', 'desuscribirme', 'desuscribirse'].map(wants('opt_out')),
  ...['aide', 'ayuda'].map(wants('help')),
]);

/**
 * Words that revoke above a closing name; others ("Cancel" above "Friday", "Yes" above "Mom") may be an
 * ordinary message.
 */
const SIGNED_WORDS = /^(?:stop|stopall|unsubscribe|optout|revoke|remove|arret|arretez|alto)$/;

/** Twilio's webhook parameter, present only with Advanced Opt-Out. */
const OPT_OUT_TYPES: ReadonlyMap<string, Wanted> = new Map([
  ['STOP', 'opt_out'],
  ['START', 'opt_in'],
  ['HELP', 'help'],
]);

/**
 * Reads what an inbound text asks for. Never throws; takes time proportional to the length.
 *
 * `by: 'twilio'` needs Twilio's own condition: the body, trimmed, is exactly one of its words in any case
 * ("STOP PLEASE" and "PLEASE CANCEL" do not block, says Twilio). Twilio does not document punctuation, so
 * "Stop." counts as not recognised: should Twilio have blocked after all, our confirmation is refused with
 * 21610 and harms nobody; the other way round a person would get no answer.
 *
 * An `opt_in` by `carrier_word` ("Start!") lifts our own opt-out, never a block that Twilio holds.
 *
 * @param body - the text as Twilio delivered it
 * @param optOutType - Twilio's `OptOutType` (`STOP`, `START`, `HELP`); outranks our reading of the body.
 *   Anything else, empty and absent included, is ignored.
 */
export function readKeyword(body: string, optOutType?: string | null): KeywordReading {
  const declared = declaredBy(optOutType);
  if (declared) return { kind: declared, by: 'twilio' };
  const exact = TWILIO_WORDS.get(/^[ \t\r\n]*([a-z]+)[ \t\r\n]*$/i.exec(body)?.[1]?.toLowerCase() ?? '');
  if (exact) return { kind: exact, by: 'twilio' };

  const text = withoutDeviceLine(body);
  const word = squash(foldLetters(text));
  const wanted = TWILIO_WORDS.get(word) ?? OTHER_WORDS.get(word);
  if (wanted) return { kind: wanted, by: 'carrier_word' };

  const unsigned = withoutName(text);
  const signed = squash(foldLetters(unsigned));
  if (SIGNED_WORDS.test(signed)) return { kind: 'opt_out', by: 'carrier_word' };
  if (TWILIO_WORDS.has(signed) || OTHER_WORDS.has(signed)) return { kind: 'none', by: null };
  return revokesInPlainWords(foldLetters(withoutQuotes(unsigned)))
    ? { kind: 'opt_out', by: 'plain' }
    : { kind: 'none', by: null };
}

/** What is known of a number when a text comes from it. */
export interface NumberStanding {
  /** An opt-out of the number holds: by STOP, by its holder's settings, or by the carrier's block. */
  isOut: boolean;
}

/** Whether what a text asks for depends on the state it speaks about, which then has to be loaded. */
export const dependsOnState = ({ kind }: KeywordReading, optOutType?: string | null): boolean =>
  kind === 'opt_in' && !isDeclared(optOutType);

/**
 * Reads a word together with the state it speaks about: START, YES and UNSTOP lift an opt-out. From somebody who gets
 * our texts they lift nothing: "Yes" is then an answer to what was asked ("Are you coming?"), and nobody is told that
 * they get texts "again" who never stopped them. What Twilio declares by `OptOutType` it has acted on, so that counts
 * whatever the state.
 */
export function readInState(
  reading: KeywordReading,
  { isOut }: NumberStanding,
  optOutType?: string | null,
): KeywordReading {
  return isOut || !dependsOnState(reading, optOutType) ? reading : { kind: 'none', by: null };
}

const declaredBy = (optOutType?: string | null) => OPT_OUT_TYPES.get(optOutType?.trim().toUpperCase() ?? '');
const isDeclared = (optOutType?: string | null) => declaredBy(optOutType) !== undefined;

function wants(kind: Wanted): (word: string) => [string, Wanted] {
  return (word) => [word, kind];
}
