import type { PersonLimits } from '../../platform/family/family-rpc.ts';
import type { SendStore } from './send-store.ts';
import { type DayText, everyThreadUntil, ordinaryCap } from './shares.ts';
import { capUntil, type WindowSettings, windowUntil } from './windows.ts';

/** Which windows are closed for a person, and what ordinary texts may take of which day is used up. @param now ms UTC */
export function personLimits(
  sends: SendStore,
  userId: string,
  settings: WindowSettings,
  now: number,
): Omit<PersonLimits, 'presence'> {
  const theirs = sends.toUser(userId);
  const byThread = Map.groupBy(theirs, ({ threadId }) => threadId);
  const windows = [...byThread].flatMap(([threadId, about]) => {
    const until = threadId === null ? null : windowUntil(about, settings, now);
    return threadId === null || until === null ? [] : [{ threadId, until }];
  });
  const at = (texts: readonly DayText[]) => texts.map((text) => text.at);
  const { userCap, familyCap } = settings;
  return {
    windows,
    everyThreadUntil: everyThreadUntil(at(theirs.filter(({ rank }) => rank > 0)), settings, now),
    userCapUntil: capUntil(at(theirs), ordinaryCap(userCap), now),
    familyCapUntil: capUntil(at(sends.newest(familyCap)), ordinaryCap(familyCap), now),
  };
}
