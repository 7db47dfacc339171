import { rateLimited } from '../errors.ts';
import { clientNetworks } from '../rate-limit.ts';
import { MINUTE_MS } from '../time.ts';
import { createTurnLanes, pause } from './turn-lanes.ts';

/** A request of a stranger whose turn it is. */
export interface StrangersTurn {
  /** Says that it has ended, and whether it was in vain: an unknown link, a wrong code, a sign-in that is only begun. */
  settle(inVain: boolean): void;
}

/**
 * The pace of what strangers ask of a database: links, codes, sign-ins. Each network has its limits (`edge-limits.ts`), but
 * one stranger may have many networks, and everybody else waits for what they ask together. So what is asked in vain counts
 * as long as it took, and beyond a burst of it strangers wait for their turn, about as many at once as `AT_ONCE`. While
 * nobody asks in vain, nobody waits; and whoever comes from a block of addresses that asked little in vain never does, so
 * that no flood of others' keeps them out. It is the memory of one isolate.
 */
export interface StrangersPace {
  /**
   * Waits for a turn.
   * @param address the client's
   * @param mayPass asked only when there is something to wait for: whether this is somebody known, who need not
   * @throws AppError `rate_limited` when it is too far away
   */
  turn(address: string, mayPass: () => Promise<boolean>): Promise<StrangersTurn>;
}

const AT_ONCE = 2;
/** What may be asked in vain at once, in ms of work. */
const BURST_MS = 500;
/** The longest wait for a turn; beyond: 429. */
const LONGEST_WAIT_MS = 10_000;
/** What any counts as at the least: a Worker's clock stands still while it computes, and a page takes some. */
const LEAST_COST_MS = 20;
/** And at the most: a database that is silent is nobody's fault. */
const MOST_COST_MS = 100;

/** So much in a minute may be asked in vain from a block of addresses before it waits with the others. */
const FREE_A_MINUTE = 3;
/** Blocks that are remembered at the most. */
const MOST_BLOCKS = 5000;

/** What the blocks around clients asked in vain in their last minute. */
function vainAsks() {
  const blocks = new Map<string, { since: number; asks: number }>();
  return (address: string, at: number) => {
    const block = clientNetworks(address).at(-1)!.network;
    const known = blocks.get(block);
    const isOver = !known || at - known.since >= MINUTE_MS || at < known.since;
    const counted = isOver ? { since: at, asks: 0 } : known;
    blocks.delete(block);
    blocks.set(block, counted); // The longest unasked stands first, and is forgotten first.
    if (blocks.size > MOST_BLOCKS) blocks.delete(blocks.keys().next().value!);
    return counted;
  };
}

const PASSED: StrangersTurn = { settle: () => undefined };

/** Creates the pace of an isolate. `now` in ms; `wait` waits so many ms. */
export function createStrangersPace({
  now,
  wait,
}: {
  now: () => number;
  wait: (ms: number) => Promise<unknown>;
}): StrangersPace {
  /** `cost`: of the last request in vain, which is what the next is thought to cost. */
  const laneOf = createTurnLanes({ cost: LEAST_COST_MS });
  const vainAsksOf = vainAsks();
  return {
    turn: async (address, mayPass) => {
      const at = now();
      const block = vainAsksOf(address, at);
      const lane = laneOf('strangers', at);
      const ahead = lane.busyUntil - at - BURST_MS;
      const waits = ahead > 0 && block.asks >= FREE_A_MINUTE;
      if (waits && (await mayPass())) return PASSED;
      if (waits && ahead > LONGEST_WAIT_MS) {
        const message = 'Too many people who are not signed in ask at once. Try again in a moment.';
        throw rateLimited(message, ahead / 1000);
      }
      const { cost } = lane;
      lane.busyUntil += cost;
      block.asks += 1;
      if (waits) await wait(ahead);
      const began = now();
      return {
        settle: (inVain) => {
          const took = Math.min(MOST_COST_MS, Math.max(LEAST_COST_MS, (now() - began) / AT_ONCE));
          if (inVain) lane.cost = took;
          else block.asks -= 1;
          lane.busyUntil += (inVain ? took : 0) - cost;
        },
      };
    },
  };
}

const kept = new WeakMap<object, StrangersPace>();

/** The pace of this isolate. @param key what its memory hangs on: a binding of the environment */
export function strangersPaceOf(key: object, now: () => number): StrangersPace {
  const known = kept.get(key);
  if (known) return known;
  const pace = createStrangersPace({ now, wait: pause });
  kept.set(key, pace);
  return pace;
}
