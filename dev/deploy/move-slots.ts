import type { Call } from '../host.ts';
import { StackError } from '../stack/stack-error.ts';
import { type StoresSeen, suggestMove } from './rebalance.ts';

/** How a move of slots stands, as the API tells it. */
interface SlotMove {
  id: string;
  state: 'closing' | 'given' | 'moving' | 'done';
  familiesLeft: number;
  problem: string | null;
}

/** A range of slots and the database that it goes to. */
export interface RangeMove {
  first: number;
  last: number;
  to: string;
}

/** Reads the arguments behind `move`: `4000-5461 --to=d1:3`. @throws StackError with the usage */
export function readRangeMove(args: readonly string[]): RangeMove {
  const [range = '', ...rest] = args;
  const [, first, last] = /^(\d+)-(\d+)$/.exec(range) ?? /^((\d+))$/.exec(range) ?? [];
  const to = rest.find((arg) => arg.startsWith('--to='))?.slice('--to='.length);
  if (first === undefined || !to || rest.length !== 1)
    throw new StackError('Usage: npm run databases -- move FIRST-LAST --to=d1:3');
  return { first: Number(first), last: Number(last), to };
}

/** Says which slots should be given, and why. */
export async function planMove(service: Call, say: (line: string) => void): Promise<void> {
  const { databases } = await service<Pick<StoresSeen, 'databases'>>('GET', '/api/admin/databases');
  const { slots } = await service<Pick<StoresSeen, 'slots'>>('GET', '/api/admin/slots');
  for (const { name, families, bytes } of databases)
    say(`${name}: ${families ?? '?'} families, ${bytes === null ? 'does not answer' : `${bytes} bytes`}`);
  for (const { first, last, database } of slots) say(`slots ${first}-${last} are in ${database}`);
  const suggestion = suggestMove({ databases, slots });
  if (suggestion === null) {
    say('Nothing needs to move: no database is full, and they are even enough');
    return;
  }
  const { why, first, last, to } = suggestion;
  say(why);
  say(`npm run databases -- move ${first}-${last} --to=${to}`);
}

/** How often it is asked how far a move is. */
const LOOK_MS = 2000;

/**
 * Has a range of slots moved, and tells how far it is until it is done. Ended early, the move goes on all the same.
 * @throws ApiError when it is refused
 */
export async function moveRange(service: Call, range: RangeMove, say: (line: string) => void): Promise<void> {
  const { id } = await service<{ id: string }>('POST', '/api/admin/slots/moves', range);
  say(`Slots ${range.first}-${range.last} go to ${range.to} (${id})`);
  for (let told = ''; ; ) {
    const { moves } = await service<{ moves: SlotMove[] }>('GET', '/api/admin/slots');
    const move = moves.find((each) => each.id === id);
    if (!move) throw new StackError(`The move ${id} is not told of any more; see GET /api/admin/slots`);
    const problem = move.problem === null ? '' : `; it met: ${move.problem}`;
    const line = `${move.state}: ${move.familiesLeft} families left${problem}`;
    if (line !== told) say(line);
    told = line;
    if (move.state === 'done') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
