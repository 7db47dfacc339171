import type { Host } from '../host.ts';
import { draw } from '../simulator/draw.ts';
import type { Cast } from './cast.ts';
import { rest } from './rest.ts';

/** A move as the service API tells it; what is of interest here. */
interface Move {
  familyId: string;
  state: string;
  problem: string | null;
}

const listMoves = async (host: Host) =>
  (await host.service<{ moves: Move[] }>('GET', '/api/admin/moves')).moves;

/** One family to a database where it is not. What is refused, or not answered, is tried again with another. */
async function moveOne(host: Host, familyId: string, chance: number): Promise<boolean> {
  try {
    const { databases } = await host.service<{ databases: { name: string }[] }>(
      'GET',
      '/api/admin/databases',
    );
    const { database } = await host.service<{ database: string }>('GET', `/api/admin/families/${familyId}`);
    const others = databases.map(({ name }) => name).filter((name) => name !== database);
    const to = others[Math.floor(chance * others.length)];
    await host.service('POST', '/api/admin/moves', { familyId, to });
    return true;
  } catch {
    return false; // It is on the move already, or the stack is being killed.
  }
}

/**
 * Moves families from database to database until the signal.
 * @returns how many moves were begun
 */
export async function runMover(
  { host, cast, up }: { host: Host; cast: Cast; up: () => Promise<void> },
  seed: number,
  over: AbortSignal,
): Promise<number> {
  let begun = 0;
  for (let n = 0; await rest(300 + 1200 * draw(seed, `move:${n}:rest`), over); n++) {
    await up();
    const family = cast.families[Math.floor(draw(seed, `move:${n}:family`) * cast.families.length)]!;
    if (await moveOne(host, family.id, draw(seed, `move:${n}:to`))) begun += 1;
  }
  return begun;
}

/** Whether every move is over. */
export async function areMovesOver(host: Host): Promise<boolean> {
  return (await listMoves(host)).every(({ state }) => ['done', 'cancelled'].includes(state));
}

/** What a move says that met a database which was down for longer than its family may wait. */
const OUTAGE = /^D1_ERROR|did not answer/;

/**
 * What the moves have left behind: each of so many families is counted in one database, and no move was given up, unless a
 * database was down.
 */
export async function judgeMoves(host: Host, families: number): Promise<string[]> {
  const { databases } = await host.service<{ databases: { families: number | null }[] }>(
    'GET',
    '/api/admin/databases',
  );
  const counted = databases.reduce((sum, { families }) => sum + (families ?? 0), 0);
  const cancelled = (await listMoves(host)).filter(
    ({ state, problem }) => state === 'cancelled' && !OUTAGE.test(problem ?? ''),
  );
  return [
    ...(counted === families ? [] : [`${counted} families are in databases, not ${families}`]),
    ...cancelled.map(({ familyId, problem }) => `A move of ${familyId} was given up: ${problem}`),
  ];
}
