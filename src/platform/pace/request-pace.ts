import { rateLimited } from '../errors.ts';
import { createTurnLanes, pause } from './turn-lanes.ts';

type Person = { userId: string; familyId: string };

/**
 * The pace of what people ask, once they are known by their token's signature and before any database is asked. A page
 * takes a handful of requests; a client in a loop, or a thousand of them, would have everybody else wait. Beyond a burst
 * requests wait for their turn, those of a person and those of a family; nobody is refused who waits for answers before
 * they ask again. Where answers take long, because the machine is small or what is asked is much, turns are rarer: one
 * family then leaves half of it to others. It is the memory of one isolate. Posts have a pace of their own
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
  /** What a request takes of a lane, ms; so much may be taken at once. */
  each: number;
  burst: number;
}

/** Of a person, and of all people of a family together: 50 and 250 a second. */
const QUICK = { person: { each: 20, burst: 2000 }, family: { each: 4, burst: 2000 } };
/** The same for requests of {@link SLOW_MS} and more, in proportion for quicker ones: 12.5 and 50 a second. */
const SLOW = { person: { each: 80, burst: 10_000 }, family: { each: 20, burst: 10_000 } };
/** Counted no longer than this: a database that is slow for everybody is nobody's fault. */
const SLOW_MS = 40;
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
  const laneOf = createTurnLanes({});
  const lanesOf = (name: string, rates: Record<'person' | 'family', Rate>, person: Person, at: number) => {
    const { userId, familyId } = person;
    return [
      { lane: laneOf(`${name} person:${familyId}:${userId}`, at), ...rates.person },
      { lane: laneOf(`${name} family:${familyId}`, at), ...rates.family },
    ];
  };
  return () => {
    let asked: { person: Person; since: number } | null = null;
    return {
      turn: async (person) => {
        const at = now();
        const quick = lanesOf('quick', QUICK, person, at);
        const lanes = [...quick, ...lanesOf('slow', SLOW, person, at)];
        const ahead = Math.max(...lanes.map(({ lane, burst }) => lane.busyUntil - at - burst));
        if (ahead > LONGEST_WAIT_MS) {
          throw rateLimited('Too many requests at once. Go on in a moment.', ahead / 1000);
        }
        for (const { lane, each } of quick) lane.busyUntil += each;
        if (ahead > 0) await wait(ahead);
        asked ??= { person, since: now() };
      },
      add: (person, requests) => {
        for (const { lane, each } of lanesOf('quick', QUICK, person, now()))
          lane.busyUntil += requests * each;
      },
      done: () => {
        if (!asked) return;
        const at = now();
        const share = Math.min(SLOW_MS, Math.max(0, at - asked.since)) / SLOW_MS;
        for (const { lane, each } of lanesOf('slow', SLOW, asked.person, at)) lane.busyUntil += share * each;
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
