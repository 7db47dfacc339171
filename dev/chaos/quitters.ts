import { setTimeout as pause } from 'node:timers/promises';
import { draw } from '../simulator/draw.ts';
import type { Member } from './cast.ts';
import { inDirectoryFile } from './directory-file.ts';
import { sentByApp } from './gather.ts';
import type { Killer } from './killer.ts';
import { rest } from './rest.ts';
import type { Stage } from './stage.ts';

/** Somebody's opt-out, and the kill that came with it. */
export interface Quit {
  member: Member;
  /** The directory had it, and the family's rows had not, when the process died. */
  between: boolean;
  /** When the stack was up again, ms: from then on they get nothing. */
  upAt: number;
}

/** People of a family whose updates nobody can apply; they are in no thread. */
const STUCK = {
  id: 'fam_stuck',
  people: (count: number) => Array.from({ length: count }, (_, n) => `usr_stuck_${n}`),
};

/** Puts a crowd of opt-outs that fail every time before all that are to come. */
export async function addStuckUpdates({ stack }: Stage, count: number): Promise<void> {
  if (count === 0) return;
  const at = new Date(Date.now() - 86_400_000).toISOString();
  await stack.host.service('PUT', `/api/admin/families/${STUCK.id}`, { name: 'Stuck' });
  const ids = STUCK.people(count);
  for (const [n, id] of ids.entries()) {
    await stack.host.service('PUT', `/api/admin/users/${id}`, {
      familyId: STUCK.id,
      name: `Stuck ${n}`,
      phone: `+1801555${String(100 + (n % 100)).padStart(4, '0')}`,
      phoneVerifiedAt: at,
      smsConsent: { at, source: 'chaos', version: '1' },
    });
  }
  await stack.kill();
  await inDirectoryFile(stack.env.STATE_DIR!, (directory) => directory.addStuck(STUCK.id, ids));
  await stack.restart();
}

/** Where the kill is aimed at: ms from the text. Each miss brings it nearer to the moment between the two. */
interface Aim {
  ms: number;
}

/** How long the stack is left alone before the next opt-out, ms. */
const LIVES_MS = 5000;

/** Says it by text until the directory has it; the stack is killed a moment after each. */
async function quit(
  { stack, simulator }: Stage,
  { killer, aim, over }: { killer: Killer; aim: Aim; over: AbortSignal },
  member: Member,
): Promise<Quit | null> {
  while (!over.aborted) {
    await killer.up();
    // Between its kills the stack is to have a life.
    if (!(await rest(LIVES_MS, over))) return null;
    await killer.up();
    const said = simulator.sendFromPhone(member.phone, 'please stop texting me');
    await pause(aim.ms);
    let isOut = false;
    let between = false;
    await killer.strike(() =>
      inDirectoryFile(stack.env.STATE_DIR!, (directory) => {
        isOut = directory.isOut(member.id);
        between = isOut && directory.pendingUpdates({ userId: member.id }) > 0;
      }),
    );
    const upAt = Date.now();
    await said;
    if (!between) aim.ms = isOut ? aim.ms * 0.8 : aim.ms * 1.25 + 1;
    if (isOut) return { member, between, upAt };
  }
  return null;
}

/**
 * Those who quit do so one after the other, by words that no carrier knows, and each time the stack is killed right after:
 * now and then when the directory has it and the family's rows have not.
 */
export async function runQuitters(
  stage: Stage,
  { killer, seed, over }: { killer: Killer; seed: number; over: AbortSignal },
): Promise<Quit[]> {
  const quits: Quit[] = [];
  const aim = { ms: 30 };
  for (const [n, member] of stage.cast.members.filter(({ name }) => name.startsWith('Quitter')).entries()) {
    if (!(await rest(5000 * draw(seed, `quits:${n}`), over))) break;
    const done = await quit(stage, { killer, aim, over }, member);
    if (done) quits.push(done);
  }
  return quits;
}

/** What is wrong after the opt-outs: a text that came after one, a ledger that lacks it, a crowd that is not stuck. */
export async function judgeQuits(stage: Stage, quits: readonly Quit[], stuck: number): Promise<string[]> {
  const { stack, simulator } = stage;
  const texts = sentByApp(simulator);
  const problems = quits.flatMap(({ member, upAt }) =>
    texts
      .filter(({ to, createdAt }) => to === member.phone && createdAt > upAt)
      .map(({ body }) => `${member.id} was texted after their opt-out: ${body}`),
  );
  for (const { member } of quits) {
    const { consents } = await stack.host.as(member)<{ consents: { action: string }[] }>(
      'GET',
      '/api/consents',
    );
    const optOuts = consents.filter(({ action }) => action === 'opt_out').length;
    if (optOuts !== 1) problems.push(`The ledger of ${member.id} has ${optOuts} opt-outs`);
  }
  if (stuck > 0) {
    await stack.kill();
    const left = await inDirectoryFile(stack.env.STATE_DIR!, (directory) =>
      directory.pendingUpdates({ familyId: STUCK.id }),
    );
    await stack.restart();
    if (left !== stuck) problems.push(`${left} of ${stuck} stuck updates are left`);
  }
  return problems;
}
