import { rateLimited } from '../errors.ts';
import { createTurnLanes, pause } from './turn-lanes.ts';

/** A post whose turn it is. */
export interface Turn {
  /**
   * How long its texts are to wait: more messages of its author are on their way to many, and one text may tell of them.
   * 0 for all who write by hand.
   */
  gatherSeconds: number;
  /** Says how many recipients the message turned out to have; null: it was refused. */
  report(recipients: number | null): void;
}

/**
 * The pace of posts. A message costs as much work as it has recipients, so a member who writes very much into a large
 * conversation could slow everybody down: beyond a burst their posts wait for their turn, and those of a family together,
 * before any work is done. It is the memory of one isolate, which is what is kept free here; budgets that hold everywhere
 * stand in the database (`person-budget.ts`). People who write by hand never meet it.
 */
export interface PostPace {
  /** Waits for a post's turn. @throws AppError `rate_limited` when it is too far away */
  turn(author: { userId: string; familyId: string }): Promise<Turn>;
}

/** A post is counted by its recipients beyond so many, and as one at the least: small conversations are quick as they are. */
const FEW_RECIPIENTS = 10;
/**
 * Of an author, and of all authors of a family together, ms a recipient; and the burst that needs no turn: ten messages to
 * a hundred people, whoever of them writes.
 */
const OF_AUTHOR = { each: 3, burst: 3000 };
const OF_FAMILY = { each: 1, burst: 1000 };
/**
 * An author who is this far ahead writes faster than others read: texts of their messages are gathered for this long.
 */
const GATHER_FROM_MS = 1000;
const GATHER_SECONDS = 10;
/** A post that is refused has asked the database in vain: somebody who goes on all the same is slowed like this. */
const AS_REFUSED = 17;
/** The longest wait for a turn; beyond: 429. A whole budget of posts a minute to a hundred people is taken at once. */
const LONGEST_WAIT_MS = 60_000;
/** Creates the pace of an isolate. `now` in ms; `pause` waits so many ms. */
export function createPostPace({
  now,
  pause,
}: {
  now: () => number;
  pause: (ms: number) => Promise<unknown>;
}): PostPace {
  /** `cost`: of the last post, which is what the next is thought to cost. */
  const laneOf = createTurnLanes({ cost: 1 });
  return {
    turn: async ({ userId, familyId }) => {
      const at = now();
      const taken = [
        { lane: laneOf(`author:${familyId}:${userId}`, at), ...OF_AUTHOR },
        { lane: laneOf(`family:${familyId}`, at), ...OF_FAMILY },
      ].map((one) => ({ ...one, cost: one.lane.cost }));
      const ahead = Math.max(...taken.map(({ lane }) => lane.busyUntil - at));
      const wait = Math.max(0, ...taken.map(({ lane, burst }) => lane.busyUntil - at - burst));
      if (wait > LONGEST_WAIT_MS) {
        throw rateLimited('That was a lot for many people at once. Go on in about a minute.', wait / 1000);
      }
      for (const { lane, each, cost } of taken) lane.busyUntil += cost * each;
      if (wait > 0) await pause(wait);
      return {
        gatherSeconds: ahead > GATHER_FROM_MS ? GATHER_SECONDS : 0,
        report: (recipients) => {
          for (const { lane, each, cost } of taken) {
            lane.cost = recipients === null ? AS_REFUSED : Math.max(1, recipients - FEW_RECIPIENTS);
            lane.busyUntil += (lane.cost - cost) * each;
          }
        },
      };
    },
  };
}

const kept = new WeakMap<object, PostPace>();

/** The pace of this isolate. @param key what its memory hangs on: a binding of the environment */
export function postPaceOf(key: object, now: () => number): PostPace {
  const known = kept.get(key);
  if (known) return known;
  const pace = createPostPace({ now, pause });
  kept.set(key, pace);
  return pace;
}
