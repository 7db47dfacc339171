import type { QuietHours } from '../../notifications/send/quiet-hours.ts';
import { quietUntil } from '../../notifications/send/quiet-hours.ts';
import { clockWords } from '../../platform/clock-words.ts';
import type { PersonLimits } from '../../platform/family/family-rpc.ts';
import type { Preferences } from '../preferences/preferences-schema.ts';

/** What is known of somebody whose texts are asked about. Times are ms UTC. */
export interface HoldUpFacts {
  phoneState: 'none' | 'pending' | 'verified' | 'unusable';
  countryAllowed: boolean;
  optedOutAt: number | null;
  carrierOptedOutAt: number | null;
  preferences: Preferences;
  /** Quiet for those who set no hours of their own; null: none. */
  houseQuiet: QuietHours | null;
  pauses: readonly { scope: string; until: number | null; reason: string }[];
  /** Null: the family's object did not answer. */
  limits: PersonLimits | null;
}

/**
 * Why a text about a new message would not leave now, in sentences for an operator, in the order in which the rules are
 * asked; none: it would leave.
 * @param zone by whose clock times are written
 */
export function holdUps(facts: HoldUpFacts, now: number, zone: string): string[] {
  const at = (moment: number) => clockWords(moment, now, zone);
  const until = (moment: number | null) => (moment === null ? 'until it is ended' : `until ${at(moment)}`);
  return [...lawful(facts), ...paused(facts, until), ...courteous(facts, now, at), ...limited(facts, at)];
}

function* lawful({ phoneState, countryAllowed, optedOutAt, carrierOptedOutAt, preferences }: HoldUpFacts) {
  if (phoneState === 'none') yield 'No number is confirmed.';
  if (phoneState === 'pending') yield 'A code was sent, and not entered yet: no number is confirmed.';
  if (phoneState === 'unusable') yield 'The number cannot receive texts; they must confirm another one.';
  if (!countryAllowed) yield 'The country of the number is not one of SMS_ALLOWED_COUNTRIES.';
  if (carrierOptedOutAt !== null)
    yield 'The carrier blocks: they said STOP, and only START from their phone ends it.';
  else if (optedOutAt !== null) yield 'They said stop, by text, in the settings or through the host.';
  else if (!preferences.smsEnabled && phoneState === 'verified') yield 'They have not agreed to get texts.';
}

function* paused({ pauses }: HoldUpFacts, until: (moment: number | null) => string) {
  for (const pause of pauses)
    yield `Texts are paused (${pause.scope}) ${until(pause.until)}: ${pause.reason}`;
}

function* courteous(
  { preferences, houseQuiet, limits }: HoldUpFacts,
  now: number,
  at: (moment: number) => string,
) {
  const own = preferences.quietStart === null ? null : preferences;
  const hours = own ?? houseQuiet;
  const ends = hours === null ? null : quietUntil(hours, preferences.timeZones, now);
  if (ends !== null) {
    const whose = own === null ? 'The house’s quiet hours' : 'Their quiet hours';
    const then = preferences.quietDelivery === 'drop' && own !== null ? 'texts are left out' : 'texts wait';
    yield Number.isFinite(ends)
      ? `${whose} last until ${at(ends)}; ${then}.`
      : `${whose} never end; ${then}.`;
  }
  if (limits?.presence === 'online') yield 'They are in the chat now.';
}

function* limited({ limits, preferences }: HoldUpFacts, at: (moment: number) => string) {
  const mutes = Object.keys(preferences.perThreadMute).length;
  if (mutes > 0) yield `They have muted ${mutes === 1 ? 'one conversation' : `${mutes} conversations`}.`;
  if (limits === null) {
    yield 'Their family’s object did not answer, so presence, windows and caps are not known.';
    return;
  }
  for (const { threadId, until } of limits.windows)
    yield `They were texted about ${threadId} lately; the next text about it leaves after ${at(until)}.`;
  if (limits.everyThreadUntil !== null)
    yield `They had several texts within a short while; the next leaves after ${at(limits.everyThreadUntil)}.`;
  if (limits.userCapUntil !== null)
    yield `Their texts of a day are used up until ${at(limits.userCapUntil)}.`;
  if (limits.familyCapUntil !== null)
    yield `Their family’s texts of a day are used up until ${at(limits.familyCapUntil)}.`;
}
