import { listFamilyMembers } from '../../chat/family-members.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import type { Deps } from '../../platform/deps.ts';
import { errorFields } from '../../platform/log.ts';
import type { PageContext } from '../answer.tsx';
import type { WallClock } from '../clock.ts';
import { type PersonView, peopleOf } from '../people.tsx';
import { readerClock } from '../reader-clock.ts';

/** What every page about conversations needs to know. */
export interface ChatContext {
  viewerId: string;
  person: (id: string, name: string) => PersonView;
  family: { id: string; name: string }[];
  /** User ids of those who are here now. */
  here: ReadonlySet<string>;
  now: number;
  clock: WallClock;
}

/** Who is here; nobody when the family's object does not answer: the page matters more. */
async function present(deps: Deps, familyId: string): Promise<ReadonlySet<string>> {
  try {
    const online = await deps.family(familyId).presence();
    return new Set(online.filter(({ state }) => state === 'online').map(({ userId }) => userId));
  } catch (error) {
    deps.log.warn('page.no_presence', errorFields(error));
    return new Set();
  }
}

/** Reads family and presence, and the clock to write times by. @throws when a database fails */
export async function chatContext(c: PageContext, caller: Caller): Promise<ChatContext> {
  const { deps } = c.var;
  const [family, here] = await Promise.all([listFamilyMembers(deps, caller), present(deps, caller.familyId)]);
  const own = family.find(({ id }) => id === caller.userId)?.timeZone ?? 'UTC';
  return {
    viewerId: caller.userId,
    person: peopleOf(family),
    family,
    here,
    now: deps.now(),
    clock: readerClock(c.var.deps.config, c.req.raw.headers, own),
  };
}
