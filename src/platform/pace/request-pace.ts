import { rateLimited } from '../errors.ts';
import { createTurnLanes, pause } from './turn-lanes.ts';

type Person = { userId: string; familyId: string };

/**
 * The pace of what people ask, once they are known by their token's signature and before any database is asked. A page
 * takes a handful of requests; a client in a loop, or a thousand of them, would have everybody else wait. Beyond a burst
 * requests wait for their turn, those of a person and those of a family; nobody is refused who waits for answers before
 * they ask again. It is the memory of one isolate. Posts have a pace of their own (`post-pace.ts`).
 */
export interface RequestPace {
  /** Waits for a person's turn. @throws AppError `rate_limited` when it is too far away */
  turn(person: Person): Promise<void>;
  /** Says that a request was as much work as so many others. */
  add(person: Person, requests: number): void;
}

/** Of a person, and of all people of a family together, ms a request: 50 and 250 a second. */
const PERSON_MS = 20;
const FAMILY_MS = 4;
/** So much may come at once: a hundred requests of a person, five hundred of a family. */
const BURST_MS = 2000;
/** The longest wait for a turn; beyond: 429. */
const LONGEST_WAIT_MS = 30_000;

/** Creates the pace of an isolate. `now` in ms; `wait` waits so many ms. */
export function createRequestPace({
  now,
  wait,
}: {
  now: () => number;
  wait: (ms: number) => Promise<unknown>;
}): RequestPace {
  const laneOf = createTurnLanes({});
  const lanesOf = ({ userId, familyId }: Person, at: number) => [
    { lane: laneOf(`person:${familyId}:${userId}`, at), each: PERSON_MS },
    { lane: laneOf(`family:${familyId}`, at), each: FAMILY_MS },
  ];
  return {
    turn: async (person) => {
      const at = now();
      const lanes = lanesOf(person, at);
      const ahead = Math.max(...lanes.map(({ lane }) => lane.busyUntil - at)) - BURST_MS;
      if (ahead > LONGEST_WAIT_MS) {
        throw rateLimited('Too many requests at once. Go on in a moment.', ahead / 1000);
      }
      for (const { lane, each } of lanes) lane.busyUntil += each;
      if (ahead > 0) await wait(ahead);
    },
    add: (person, requests) => {
      for (const { lane, each } of lanesOf(person, now())) lane.busyUntil += requests * each;
    },
  };
}

const kept = new WeakMap<object, RequestPace>();

/** The pace of this isolate. @param key what its memory hangs on: a binding of the environment */
export function requestPaceOf(key: object, now: () => number): RequestPace {
  const known = kept.get(key);
  if (known) return known;
  const pace = createRequestPace({ now, wait: pause });
  kept.set(key, pace);
  return pace;
}
