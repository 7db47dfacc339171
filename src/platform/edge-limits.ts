import { type AppError, rateLimited } from './errors.ts';
import { clientNetwork, clientNetworks } from './rate-limit.ts';
import { MINUTE_MS } from './time.ts';

/** A binding of one rate limit. */
export interface EdgeCounter {
  limit(of: { key: string }): Promise<{ success: boolean }>;
}

/**
 * Cloudflare's rate limits (developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit): counters in the memory
 * of the location that took the request. They cost no database and are only nearly exact, so they stand in front of
 * what counts exactly, never in its place. How many a minute: `[[ratelimits]]` of wrangler.toml.
 */
export interface EdgeLimitBindings {
  /** Requests of one network for what anybody may ask and a database answers. */
  DOOR_LIMIT?: EdgeCounter;
  /** The same of the block around it, which one stranger may rent: a /48 of IPv6, a /24 of IPv4. */
  BLOCK_LIMIT?: EdgeCounter;
  /** Unknown links of one network that nobody counts. */
  MISS_LIMIT?: EdgeCounter;
  /** Changes of one kind by one person. */
  PERSON_LIMIT?: EdgeCounter;
  /** Changes of one kind by all people of one family. */
  FAMILY_LIMIT?: EdgeCounter;
}

/** What MISS_LIMIT lets pass in a minute; wrangler.toml says the same. */
export const UNCOUNTED_MISSES = 5;

/** Cheap actions that no exact limit covers: each kind has a budget of its own. */
export type Deed = 'heartbeat' | 'mute' | 'read' | 'preferences' | 'socket' | 'edit' | 'search';

/** Checks against these limits. A counter that fails refuses nothing: exact limits in the database follow. */
export interface EdgeLimits {
  /**
   * Takes one of what a client's network, and the block around it, may ask; where others have used that up, only
   * somebody known enters.
   * @param mayPass asked only where it is used up: whether this is somebody known, who may enter all the same
   * @throws AppError `rate_limited`
   */
  enter(address: string, now: number, mayPass?: () => Promise<boolean>): Promise<void>;
  /** Takes one of what somebody known may ask where strangers are held up. */
  mayPass(userId: string): Promise<boolean>;
  /** Whether an unknown link of this network is among the few of a minute that need not be counted. */
  isRareMiss(address: string): Promise<boolean>;
  /** How many unknown links of one network {@link isRareMiss} may let pass in a minute. */
  rareMisses: number;
  /** Whether one more may be written down of what all clients together cause: an alert about misses, a preview. */
  mayNote(key: string): Promise<boolean>;
  /** Counts an action against the limits of the person and of their family. @throws AppError `rate_limited` */
  act(deed: Deed, person: { userId: string; familyId: string }, now: number): Promise<void>;
}

async function isWithin(limit: EdgeCounter | undefined, key: string): Promise<boolean> {
  if (!limit) return true;
  try {
    return (await limit.limit({ key })).success;
  } catch {
    return true; // Without a counter the request goes on: what it asks for has a limit of its own.
  }
}

/** Windows are whole minutes where they are known (local runtime); elsewhere a minute at most. */
function tooMuch(message: string, now: number): AppError {
  return rateLimited(message, (MINUTE_MS - (now % MINUTE_MS)) / 1000);
}

const NAMES: Record<Deed, string> = {
  heartbeat: 'signs of life',
  mute: 'changes of what is muted',
  read: 'read marks',
  preferences: 'changes of preferences',
  socket: 'new sockets',
  edit: 'changes of messages',
  search: 'searches',
};

/** The limits over their bindings; one that is not bound refuses nothing. */
export function createEdgeLimits(env: EdgeLimitBindings): EdgeLimits {
  return {
    enter: async (address, now, mayPass) => {
      const [network, block] = await Promise.all([
        isWithin(env.DOOR_LIMIT, clientNetwork(address)),
        isWithin(env.BLOCK_LIMIT, clientNetworks(address).at(-1)!.network),
      ]);
      if (network && block) return;
      if (await mayPass?.()) return;
      throw tooMuch('Too many requests from this network; wait until the minute is over.', now);
    },
    mayPass: (userId) => isWithin(env.PERSON_LIMIT, `door:${userId}`),
    isRareMiss: async (address) =>
      env.MISS_LIMIT !== undefined && (await isWithin(env.MISS_LIMIT, clientNetwork(address))),
    rareMisses: env.MISS_LIMIT === undefined ? 0 : UNCOUNTED_MISSES,
    mayNote: (key) => isWithin(env.DOOR_LIMIT, `note:${key}`),
    act: async (deed, { userId, familyId }, now) => {
      const [person, family] = await Promise.all([
        isWithin(env.PERSON_LIMIT, `${deed}:${userId}`),
        isWithin(env.FAMILY_LIMIT, `${deed}:${familyId}`),
      ]);
      if (person && family) return;
      const whose = person ? 'of this family' : 'of yours';
      throw tooMuch(`Too many ${NAMES[deed]} ${whose} in this minute; wait until it is over.`, now);
    },
  };
}
