import { rateLimited } from '../errors.ts';
import { createTurnLanes, pause } from './turn-lanes.ts';

type Person = { userId: string; familyId: string };

/**
 * The pace of what people ask, once they are known by their token's signature and before any database is asked. A page
 * takes a handful of requests; a client in a loop, or a thousand of them, would have everybody else wait. Beyond a burst
 * requests wait for their turn, those of a person and those of a family; nobody is refused who waits for answers before
 * they ask again. Where answers take long, because the machine is small or what is asked is much, turns are rarer, so that
 * nobody has more than half of it for long. It is the memory of one isolate. Posts have a pace of their own
 * (`post-pace.ts`).
 *
 * This is one request's view of it.
 */
export interface RequestPace {
  /** Waits for a person's turn. @throws AppError `rate_limited` when it is too far away */
  turn(person: Person): Promise<void>;
  /** Says that a request was as much work as so many others. */
  add(person: Person, requests: number): void;
  /** Says that the request is answered; without a {@link turn} it means nothing. */
  done(): void;
}

interface Rate {
  /** What a request, or a moment of one, takes of a lane, ms; so much may be taken at once. */
  each: number;
  burst: number;
  /** Who has taken more than so much is answered so many requests at once. */
  atOnce?: { beyond: number; most: number }[];
}
type Rates = Record<'person' | 'family', Rate>;

/** By number: of a person, and of all people of a family together, 50 and 250 a second; 50 and 500 at once. */
const REQUESTS: Rates = { person: { each: 20, burst: 1000 }, family: { each: 4, burst: 2000 } };
/**
 * By the time that answers take: half of it for a person, and one request after the other for a family, beyond 15 and 30
 * seconds of it that may be used at once. A person is answered eight requests at once, and one beyond a second and a half; a
 * family sixteen, and two beyond five seconds.
 */
const TIME: Rates = {
  person: {
    each: 2,
    burst: 30_000,
    atOnce: [
      { beyond: -1, most: 8 },
      { beyond: 3000, most: 1 },
    ],
  },
  family: {
    each: 1,
    burst: 30_000,
    atOnce: [
      { beyond: -1, most: 16 },
      { beyond: 5000, most: 2 },
    ],
  },
};
/** A request counts as no longer than this: a database that is slow for everybody is nobody's fault. */
const LONGEST_COUNTED_MS = 200;
/** A request that is under way for longer holds up no other one: it hangs, or nobody waits for it any more. */
const LONGEST_HELD_MS = 2000;
/** Whether another one is still under way is looked at so often. */
const LOOK_EVERY_MS = 20;
/** The longest wait for a turn; beyond: 429. */
const LONGEST_WAIT_MS = 30_000;

/** Creates the pace of an isolate, which gives each request its view. `now` in ms; `wait` waits so many ms. */
export function createRequestPace({
  now,
  wait,
}: {
  now: () => number;
  wait: (ms: number) => Promise<unknown>;
}): () => RequestPace {
  const laneOf = createTurnLanes<{ underWay?: number[] }>({});
  const lanesOf = (name: string, rates: Rates, person: Person, at: number) => {
    const { userId, familyId } = person;
    return [
      { lane: laneOf(`${name} person:${familyId}:${userId}`, at), ...rates.person },
      { lane: laneOf(`${name} family:${familyId}`, at), ...rates.family },
    ];
  };
  /** Whether a busy person or family has as many requests under way as they may. */
  const isHeld = (person: Person): boolean => {
    const at = now();
    return lanesOf('time', TIME, person, at).some(({ lane, atOnce = [] }) => {
      lane.underWay = (lane.underWay ?? []).filter((since) => since <= at && at - since < LONGEST_HELD_MS);
      const { length } = lane.underWay;
      return atOnce.some(({ beyond, most }) => lane.busyUntil - at > beyond && length >= most);
    });
  };
  return () => {
    let asked: { person: Person; since: number } | null = null;
    return {
      turn: async (person) => {
        const at = now();
        const counted = lanesOf('requests', REQUESTS, person, at);
        const lanes = [...counted, ...lanesOf('time', TIME, person, at)];
        const ahead = Math.max(...lanes.map(({ lane, burst }) => lane.busyUntil - at - burst));
        if (ahead > LONGEST_WAIT_MS) {
          throw rateLimited('Too many requests at once. Go on in a moment.', ahead / 1000);
        }
        for (const { lane, each } of counted) lane.busyUntil += each;
        if (ahead > 0) await wait(ahead);
        if (asked) return;
        for (let held = 0; held < LONGEST_HELD_MS && isHeld(person); held += LOOK_EVERY_MS) {
          await wait(LOOK_EVERY_MS);
        }
        const since = now();
        asked = { person, since };
        for (const { lane } of lanesOf('time', TIME, person, since))
          lane.underWay = [...(lane.underWay ?? []), since];
      },
      add: (person, requests) => {
        for (const { lane, each } of lanesOf('requests', REQUESTS, person, now()))
          lane.busyUntil += requests * each;
      },
      done: () => {
        if (!asked) return;
        const at = now();
        const took = Math.min(LONGEST_COUNTED_MS, Math.max(0, at - asked.since));
        for (const { lane, each } of lanesOf('time', TIME, asked.person, at)) {
          lane.busyUntil += took * each;
          const mine = lane.underWay?.indexOf(asked.since) ?? -1;
          if (mine >= 0) lane.underWay = lane.underWay?.toSpliced(mine, 1);
        }
        asked = null;
      },
    };
  };
}

const kept = new WeakMap<object, () => RequestPace>();

/** A request's view of the pace of this isolate. @param key what its memory hangs on: a binding of the environment */
export function requestPaceOf(key: object, now: () => number): RequestPace {
  const pace = kept.get(key) ?? createRequestPace({ now, wait: pause });
  kept.set(key, pace);
  return pace();
}
