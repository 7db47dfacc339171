/** Those who share a pace, such as a person or a family. Times in ms. */
export interface TurnLane {
  /** When all that was taken will have been worked off. */
  busyUntil: number;
  /** When it was last asked. */
  askedAt: number;
}

/** Lanes that are remembered at the least; beyond, those that are idle are forgotten. */
const LANES = 1000;

/**
 * The lanes of one isolate by name; an idle one is free at once, and is forgotten when there are many, so that their
 * number is that of those who are active now.
 * @param fresh what a lane has beside its times
 */
export function createTurnLanes<T extends object>(fresh: T): (key: string, at: number) => TurnLane & T {
  const lanes = new Map<string, TurnLane & T>();
  return (key, at) => {
    if (lanes.size > LANES) {
      for (const [name, { busyUntil }] of lanes) if (busyUntil <= at) lanes.delete(name);
    }
    const known = lanes.get(key);
    // A clock that was set back is another one.
    const isOurs = known && known.askedAt <= at;
    const lane = isOurs ? known : { ...fresh, busyUntil: at, askedAt: at };
    lane.busyUntil = Math.max(lane.busyUntil, at);
    lane.askedAt = at;
    lanes.set(key, lane);
    return lane;
  };
}

/** Waits so many ms. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
