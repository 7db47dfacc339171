import * as z from 'zod';
import { postOnBehalf } from '../chat/post-on-behalf.ts';
import { isBlank } from '../platform/characters.ts';
import { inParallel } from '../platform/concurrency.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { check, mediaType, readText } from '../platform/http/body.ts';
import { id } from '../platform/http/validation.ts';
import { errorFields } from '../platform/log.ts';
import { pause } from '../platform/pace/turn-lanes.ts';
import { familiesOfThreads, familiesOfUsers } from './find-family.ts';
import { familyMirror, hostMessage, threadMirror, userMirror } from './host-schemas.ts';
import { importNewPeople } from './import-people.ts';
import { importUnchanged } from './import-unchanged.ts';
import { putFamilies, putFamily, putUser } from './mirror.ts';
import { putThread } from './mirror-thread.ts';
import { asHost } from './on-behalf.ts';
import { wholePeople } from './whole-people.ts';

/** Max. lines and bytes of one import. */
const MAX_LINES = 1000;
const MAX_BYTES = 4 * 1024 * 1024;

/** One line: a thing to mirror, with its id inside. */
const importLine = z.union([
  z.strictObject({ family: familyMirror.extend({ id }) }),
  z.strictObject({ user: userMirror.extend({ id }) }),
  z.strictObject({ thread: threadMirror.extend({ id }) }),
  z.strictObject({ message: hostMessage.omit({ silent: true }).extend({ id, threadId: id }) }),
]);
type Entry = z.output<typeof importLine>;

const KINDS = ['family', 'user', 'thread', 'message'] as const;

/** What came of a line, by its number from 1. */
type LineResult = { line: number; ok: true } | { line: number; error: string; message: string };

/** A line that can be read. */
interface Read {
  line: number;
  entry: Entry;
}

/** The lines of an NDJSON body that are not empty. @throws AppError `too_large`, `unsupported_media_type` */
async function readLines(request: Request): Promise<{ line: number; text: string }[]> {
  if (!['application/x-ndjson', 'application/ndjson'].includes(mediaType(request))) {
    throw new AppError(
      'unsupported_media_type',
      'Send one JSON object a line, with Content-Type: application/x-ndjson.',
    );
  }
  const text = await readText(request, MAX_BYTES);
  const lines = text
    .split('\n')
    .map((one, i) => ({ line: i + 1, text: one.trim() }))
    .filter((one) => one.text !== '');
  if (lines.length > MAX_LINES) throw new AppError('too_large', `Send at most ${MAX_LINES} lines.`);
  return lines;
}

/** Validates the part of a line that its name asks for, so that faults are named by their fields. */
function parseLine(text: string): Entry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError('invalid_request', 'The line is not valid JSON.');
  }
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const kind = KINDS.find((name) => names.length === 1 && names[0] === name);
  if (!kind)
    throw new AppError(
      'invalid_request',
      'A line is {"family": …}, {"user": …}, {"thread": …} or {"message": …}.',
    );
  const option = importLine.options[KINDS.indexOf(kind)]!;
  return check(option, value, 'body');
}

/** Which families the lines are of: as they say themselves, else as the people and threads that they name are. */
async function familyFinder(deps: Deps, entries: readonly Entry[]): Promise<(entry: Entry) => string | null> {
  const threads = new Map<string, string>();
  const askedUsers: string[] = [];
  const askedThreads: string[] = [];
  for (const entry of entries) {
    if ('user' in entry && !entry.user.familyId) askedUsers.push(entry.user.id);
    if ('thread' in entry && entry.thread.familyId) threads.set(entry.thread.id, entry.thread.familyId);
    if ('thread' in entry && !entry.thread.familyId) askedThreads.push(entry.thread.id);
    if ('message' in entry && !threads.has(entry.message.threadId)) askedThreads.push(entry.message.threadId);
  }
  const [knownUsers, knownThreads] = await Promise.all([
    familiesOfUsers(deps, [...new Set(askedUsers)]),
    familiesOfThreads(deps, [...new Set(askedThreads)]),
  ]);
  const ofThread = (threadId: string) => knownThreads.get(threadId) ?? threads.get(threadId) ?? null;
  return (entry) => {
    if ('family' in entry) return entry.family.id;
    if ('user' in entry) return entry.user.familyId ?? knownUsers.get(entry.user.id) ?? null;
    if ('thread' in entry) return entry.thread.familyId ?? ofThread(entry.thread.id);
    return ofThread(entry.message.threadId);
  };
}

/** Does what a line says. @returns further fields of its result. @throws AppError */
async function apply(deps: Deps, entry: Entry, familyId: string | null): Promise<object> {
  if ('family' in entry) {
    await putFamily(deps, entry.family.id, entry.family);
    return {};
  }
  const known = familyId === null ? {} : { familyId };
  if ('user' in entry) return await putUser(deps, entry.user.id, { ...entry.user, ...known });
  if ('thread' in entry) {
    await putThread(deps, entry.thread.id, { ...entry.thread, ...known });
    return {};
  }
  const { authorId, createdAt = null, ...message } = entry.message;
  if (isBlank(message.body) && message.fileIds.length === 0)
    throw new AppError('empty_message', 'Send some words or at least one file.');
  if (familyId === null) throw new AppError('thread_not_found', 'There is no such thread.');
  const history = { ...message, createdAt, clientKey: null, silent: true };
  await asHost(() => postOnBehalf(deps, { userId: authorId, familyId }, history, { live: false }));
  return {};
}

/** Families of one batch. */
const FAMILIES_AT_ONCE = 100;

/** Imports families, a store's together. @returns the lines that are done; the others are left to be done one by one */
async function importFamilies(deps: Deps, lines: readonly Read[]): Promise<Set<number>> {
  const families = lines.flatMap(({ line, entry }) => ('family' in entry ? [{ line, ...entry.family }] : []));
  const stores = await Promise.all(families.map(({ id }) => deps.db.storeOf(id)));
  const done = new Set<number>();
  for (const [store, ofStore] of Map.groupBy(families, (_, i) => stores[i]!)) {
    for (let from = 0; from < ofStore.length; from += FAMILIES_AT_ONCE) {
      const some = ofStore.slice(from, from + FAMILIES_AT_ONCE);
      try {
        const there = await putFamilies(deps, store, some);
        for (const [i, { line }] of some.entries()) if (there[i]) done.add(line);
      } catch (error) {
        deps.log.warn('import.left_to_lines', { families: some.length, ...errorFields(error) });
      }
    }
  }
  return done;
}

const failed = (line: number, error: AppError) => ({ line, ...error.toJSON() }) as LineResult;

async function applyLine(deps: Deps, { line, entry }: Read, familyId: string | null): Promise<LineResult> {
  try {
    return { line, ok: true, ...(await apply(deps, entry, familyId)) };
  } catch (error) {
    if (error instanceof AppError) return failed(line, error);
    deps.log.error('import.line_failed', { line, ...errorFields(error) });
    return failed(line, new AppError('unavailable', 'Something on our side failed; send this line again.'));
  }
}

/**
 * Imports many families, people, threads and messages at once. Each line stands for itself: what one is refused for does
 * not touch the others, and all of them may be sent again. Families come first, then people who are new here
 * or of whom nothing is new, then the rest: the lines of a family in their order, those of several families side by side. Messages are history: nobody
 * is texted, and open pages do not hear of them.
 * @returns a result for each line that is not empty, in their order
 * @throws AppError `too_large`, `unsupported_media_type`, `invalid_request` for a body that is no UTF-8
 */
export async function importBody(deps: Deps, request: Request): Promise<LineResult[]> {
  const lines = await readLines(request);
  const results = new Map<number, LineResult>();
  const read: Read[] = [];
  for (const { line, text } of lines) {
    try {
      read.push({ line, entry: parseLine(text) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      results.set(line, failed(line, error));
    }
  }
  const familyOf = await familyFinder(
    deps,
    read.map(({ entry }) => entry),
  );
  // Between two lines the runtime is left to others: where databases are in its own process (the local stack), it would
  // take nothing from the network until all lines are done.
  const take = async (some: readonly Read[]) => {
    const families = Map.groupBy(some, ({ entry }) => familyOf(entry));
    await inParallel([...families], async ([familyId, ofFamily]) => {
      for (const one of ofFamily) {
        results.set(one.line, await applyLine(deps, one, familyId));
        await pause(0);
      }
    });
  };
  for (const line of await importFamilies(deps, read)) results.set(line, { line, ok: true });
  await take(read.filter(({ line, entry }) => 'family' in entry && !results.has(line)));
  const people = read.flatMap(({ line, entry }) => ('user' in entry ? [{ line, user: entry.user }] : []));
  const whole = await wholePeople(deps, people);
  const settled = await importUnchanged(deps, whole);
  const others = whole.filter(({ line }) => !settled.has(line));
  for (const [line, state] of [...settled, ...(await importNewPeople(deps, others))])
    results.set(line, { line, ok: true, ...state });
  await take(read.filter(({ line }) => !results.has(line)));
  return lines.map(({ line }) => results.get(line)!);
}
