import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { putThread } from '../../../src/admin/mirror-thread.ts';
import { editMessage, retractMessage } from '../../../src/chat/change-message.ts';
import { setMute } from '../../../src/chat/mute.ts';
import { markRead } from '../../../src/chat/read.ts';
import { optIn, optOut } from '../../../src/consent/opt-in-out.ts';
import { confirmPhone } from '../../../src/identity/phone/confirm-phone.ts';
import { importPhone } from '../../../src/identity/phone/import-phone.ts';
import { removePhone } from '../../../src/identity/phone/remove-phone.ts';
import { startVerify } from '../../../src/identity/phone/start-verify.ts';
import { patchPreferences } from '../../../src/identity/preferences/patch-preferences.ts';
import { sweep } from '../../../src/notifications/operate/sweep.ts';
import type { Deps } from '../../../src/platform/deps.ts';
import { inbound, post } from '../../worker/acts.ts';
import type { Name } from '../../worker/lab.ts';
import { alter, type Bench, hold, inThread, lastStep, newestIn, wallTime, wordsOf } from './bench.ts';
import {
  isGivenNumber,
  joins,
  losesNumber,
  provesNumber,
  startsByText,
  startsOnPage,
  stopsByText,
  stopsOnPage,
  type ThreadName,
} from './expected-state.ts';
import { ModelCommand } from './model-command.ts';
import {
  describeFault,
  faultWithoutPause,
  insist,
  type ProcessFault,
  processFault,
} from './process-fault.ts';

const { DB } = env as unknown as { DB: D1Database };
const MINUTE = 60_000;
const client = { address: '203.0.113.7', userAgent: null };

// Mostly one reader and one thread, so that things meet.
const reader = fc.constantFrom<Name>('ben', 'ben', 'mia', 'rosa');
const author = fc.constantFrom<Name>('rosa', 'rosa', 'mia', 'ben');
const thread = fc.constantFrom<ThreadName>('dinner', 'dinner', 'dinner', 'school');

const calm = fc.constant(null);

/** Whoever reads or writes has the thread before them, and is back. `upTo`: less of it was before them. */
function isBack(bench: Bench, name: Name, threadId: ThreadName, upTo?: number): void {
  bench.sends.answer(name, threadId);
  bench.whenSeen.push(() => {
    const key = inThread(name, threadId);
    const seq = upTo ?? newestIn(bench, threadId);
    bench.mayHaveRead.set(key, Math.max(bench.mayHaveRead.get(key) ?? 0, seq));
  });
}

/** From now on it is certain that somebody has read a thread so far. */
function hasRead(bench: Bench, name: Name, threadId: ThreadName, upTo: number): void {
  const key = inThread(name, threadId);
  bench.whenSeen.push(() => bench.hasRead.push({ after: lastStep(bench), key, upTo }));
}

async function say(
  bench: Bench,
  name: Name,
  threadId: ThreadName,
  { urgent, fault }: { urgent: boolean; fault: ProcessFault | null },
): Promise<void> {
  const nth = bench.said.size + 1;
  const key = `key ${nth}`;
  bench.said.set(key, { author: name, thread: threadId });
  const before = newestIn(bench, threadId);
  const work = post(bench.lab, name, { thread: threadId, urgent, key, body: wordsOf(nth) });
  if (!(await insist(bench, fault, work, () => isBack(bench, name, threadId)))) return;
  hasRead(bench, name, threadId, before);
}

const postsWith = (fault: fc.Arbitrary<ProcessFault | null>) =>
  fc
    .tuple(author, thread, fc.nat(3), fault)
    .map(
      ([name, threadId, dice, one]) =>
        new ModelCommand(
          `${name} posts${dice === 0 ? ' urgently' : ''} to ${threadId}${describeFault(one)}`,
          (bench) => say(bench, name, threadId, { urgent: dice === 0, fault: one }),
        ),
    );

/** Somebody thinks better of what they said: the newest for 0, the one before it for 1, … */
const changesWith = (fault: fc.Arbitrary<ProcessFault | null>) =>
  fc.tuple(fc.constantFrom(0, 0, 1, 2), fc.constantFrom('takes back', 'edits'), fault).map(
    ([back, what, one]) =>
      new ModelCommand(
        `somebody ${what} message ${back} from the end${describeFault(one)}`,
        async (bench) => {
          const message = bench.messages.filter(({ via }) => via === 'app').at(-1 - back);
          if (!message) return;
          const { id, author, thread: threadId } = message;
          const caller = bench.lab.caller(author as Name);
          if (what === 'takes back') {
            bench.mayBeRetracted.add(id);
            const work = (deps: Deps) => retractMessage(deps, caller, threadId, id);
            if (!(await insist(bench, one, work))) return;
            bench.whenSeen.push(() => bench.retracted.push({ after: lastStep(bench), id }));
          } else {
            const version = bench.edits.length + 1;
            const words = wordsOf(Number(message.key.slice('key '.length)), version);
            const work = (deps: Deps) => editMessage(deps, caller, threadId, id, words);
            if (!(await insist(bench, one, work))) return;
            bench.whenSeen.push(() => bench.edits.push({ after: lastStep(bench), id, version }));
          }
        },
      ),
  );

const readsWith = (fault: fc.Arbitrary<ProcessFault | null>) =>
  fc.tuple(reader, thread, fc.constantFrom(0, 1, 2), fault).map(
    ([name, threadId, but, one]) =>
      new ModelCommand(
        `${name} reads ${threadId}${but ? ` but for the last ${but}` : ''}${describeFault(one)}`,
        async (bench) => {
          const there = bench.messages.filter((message) => message.thread === threadId);
          const last = but === 0 ? null : there.at(-1 - but);
          if (last === undefined) return;
          const upTo = last === null ? undefined : last.seq;
          const read = (deps: Deps) => markRead(deps, bench.lab.caller(name), threadId, last?.id ?? null);
          if (!(await insist(bench, one, read, () => isBack(bench, name, threadId, upTo)))) return;
          const seq = upTo ?? there.at(-1)?.seq ?? 0;
          hasRead(bench, name, threadId, seq);
        },
      ),
  );

const mute = fc.tuple(reader, thread, fc.constantFrom(null, 10, 300)).map(
  ([name, threadId, minutes]) =>
    new ModelCommand(
      minutes ? `${name} mutes ${threadId} for ${minutes} min` : `${name} unmutes ${threadId}`,
      async (bench) => {
        const until = minutes === null ? null : Date.now() + minutes * MINUTE;
        const work = (deps: Deps) => setMute(deps, bench.lab.caller(name), threadId, until);
        if (!(await insist(bench, null, work))) return;
        const key = inThread(name, threadId);
        const before = bench.until.muted.get(key) ?? 0;
        bench.until.muted.set(key, until ?? Math.min(before, Date.now()));
      },
    ),
);

/** How somebody says STOP or START. */
type Way = 'by text' | 'by RCS' | 'on the page';

const stopWith = (fault: fc.Arbitrary<ProcessFault | null>) =>
  fc
    .tuple(reader, fc.constantFrom<Way>('by text', 'by RCS', 'on the page', 'on the page'), fault)
    .map(
      ([name, way, one]) =>
        new ModelCommand(`${name} says STOP ${way}${describeFault(one)}`, (bench) =>
          says(bench, name, { word: 'STOP', way, fault: one }),
        ),
    );

const startWith = (fault: fc.Arbitrary<ProcessFault | null>) =>
  fc
    .tuple(reader, fc.constantFrom<Way>('by text', 'by RCS', 'on the page', 'on the page'), fault)
    .map(
      ([name, way, one]) =>
        new ModelCommand(`${name} says START ${way}${describeFault(one)}`, (bench) =>
          says(bench, name, { word: 'START', way, fault: one }),
        ),
    );

/** STOP or START; by text only from a phone that is somebody's. */
async function says(
  bench: Bench,
  name: Name,
  { word, way, fault }: { word: 'STOP' | 'START'; way: Way; fault: ProcessFault | null },
): Promise<void> {
  const { familyId, carrier } = bench.lab;
  const who = { userId: name, familyId, source: 'web' as const, client };
  const number = bench.known.numbers.get(name);
  if (way !== 'on the page' && number !== undefined) {
    if (word === 'STOP') carrier.blocked.add(number);
    else carrier.blocked.delete(number);
    const change = word === 'STOP' ? stopsByText(number) : startsByText(number);
    return await alter(bench, change, () =>
      insist(bench, fault, inbound(way === 'by RCS' ? `rcs:${number}` : number, word)),
    );
  }
  const onPage = (deps: Deps) =>
    word === 'STOP' ? optOut(deps, who) : optIn(deps, { ...who, version: '2026-01' });
  await alter(bench, word === 'STOP' ? stopsOnPage(name) : startsOnPage(name), () =>
    insist(bench, fault, onPage),
  );
}

const membershipWith = (isIn: fc.Arbitrary<boolean>) =>
  fc.tuple(reader, thread, isIn).map(
    ([name, threadId, returns]) =>
      new ModelCommand(`${name} is ${returns ? 'put into' : 'taken out of'} ${threadId}`, async (bench) => {
        const change = joins(name, threadId, returns);
        await alter(bench, change, () => {
          const before = [...bench.known.members.get(threadId)!];
          const memberIds = returns ? [...before, name] : before.filter((member) => member !== name);
          const { familyId } = bench.lab;
          return insist(bench, null, (deps) => putThread(deps, threadId, { familyId, memberIds }));
        });
        // What was said before they came is history.
        if (!returns) return;
        bench.mayHaveRead.set(inThread(name, threadId), newestIn(bench, threadId));
      }),
  );

const SPARE = '+12025550109';

/** The code in the newest text to a number. */
const codeTo = (bench: Bench, number: string): string | undefined =>
  bench.lab.carrier.texts
    .filter(({ to }) => to === number)
    .map(({ body }) => /code is (\d{6})/.exec(body)?.[1])
    .findLast((code) => code !== undefined);

/** Whether the directory says that somebody holds a number: what an interrupted proof came to. */
async function holds(name: Name, number: string): Promise<boolean> {
  const found = await DB.prepare('SELECT 1 FROM phone_numbers WHERE user_id = ? AND number = ?')
    .bind(name, number)
    .first();
  return found !== null;
}

const proveWith = (fault: fc.Arbitrary<ProcessFault | null>) =>
  fc.tuple(reader, fc.constantFrom<Name | null>('ben', 'ben', 'mia', null), fc.boolean(), fault).map(
    ([name, whose, agrees, one]) =>
      new ModelCommand(
        `${name} proves ${whose ? `what was ${whose}'s` : 'a new'} number${agrees ? ' and agrees' : ''}${describeFault(one)}`,
        async (bench) => {
          const { lab } = bench;
          const { familyId, numberOf } = lab;
          const number = whose === null ? SPARE : numberOf(whose);
          const who = { userId: name, familyId };
          const { address } = client;
          const asked = await lab.run((deps) => startVerify(deps, { ...who, phone: number, address }));
          const code = codeTo(bench, number);
          if (asked.kind === 'threw' || code === undefined) return;
          const consent = agrees ? { ...who, source: 'api' as const, client, version: '2026-01' } : null;
          await alter(bench, provesNumber(name, number, agrees), async () => {
            const work = (deps: Deps) => confirmPhone(deps, { ...who, code, consent });
            const done = await insist(bench, one, work);
            // The sweep completes an interrupted one.
            if (one !== null) await lab.run(sweep);
            return done || (await holds(name, number));
          });
        },
      ),
  );

const hostGives = fc.tuple(reader, fc.constantFrom<Name | null>('ben', 'mia', null)).map(
  ([name, whose]) =>
    new ModelCommand(
      `the host gives ${name} ${whose ? `what was ${whose}'s` : 'a new'} number`,
      async (bench) => {
        const { familyId, numberOf, pass } = bench.lab;
        const phone = whose === null ? SPARE : numberOf(whose);
        // One that was proven in the same moment would stay.
        await pass(1);
        const given = { userId: name, familyId, phone, verifiedAt: Date.now() };
        await alter(bench, isGivenNumber(name, phone), async () => {
          await insist(bench, null, (deps) => importPhone(deps, given));
          return await holds(name, phone);
        });
      },
    ),
);

const removeWith = (fault: fc.Arbitrary<ProcessFault | null>) =>
  fc
    .tuple(reader, fault)
    .map(
      ([name, one]) =>
        new ModelCommand(`${name} removes their number${describeFault(one)}`, (bench) =>
          alter(bench, losesNumber(name), () =>
            insist(bench, one, (deps) => removePhone(deps, { userId: name, familyId: bench.lab.familyId })),
          ),
        ),
    );

const presence = fc.tuple(reader, fc.constantFrom<'active' | 'away'>('active', 'away')).map(
  ([name, state]) =>
    new ModelCommand(`${name} is ${state}`, async (bench) => {
      const { familyId, config } = bench.lab;
      await insist(bench, null, (deps) => deps.family(familyId).heartbeat(name, state, 'phone'));
      const now = Date.now();
      const before = bench.until.here.get(name) ?? 0;
      const active = state === 'active';
      if (active) bench.sends.answer(name);
      if (active && before <= now) bench.cameAt.set(name, now);
      bench.until.here.set(name, active ? now + config.PRESENCE_TTL_SECONDS * 1000 : Math.min(before, now));
      await bench.lab.ring();
    }),
);

const quiet = fc.tuple(reader, fc.boolean(), fc.boolean()).map(
  ([name, on, defers]) =>
    new ModelCommand(
      on ? `${name} has quiet hours now (${defers ? 'defer' : 'drop'})` : `${name} has no quiet hours`,
      async (bench) => {
        const minute = Math.floor((wallTime(Date.now()) % 86_400_000) / MINUTE);
        const [from, to] = on ? [minute, (minute + 90) % 1440] : [null, null];
        const patch = {
          quietStart: from,
          quietEnd: to,
          quietDelivery: defers ? ('defer' as const) : ('drop' as const),
        };
        const who = { userId: name, familyId: bench.lab.familyId, source: 'web' as const, client };
        await insist(bench, null, (deps) =>
          patchPreferences(deps, { ...who, patch, ifMatch: null, currentVersion: '2026-01' }),
        );
        bench.quiet.set(name, { from, to, since: Date.now() });
        hold(bench, 'quiet', name, on);
      },
    ),
);

let answers = 0;

const answersWith = (fault: fc.Arbitrary<ProcessFault | null>) =>
  fc.tuple(reader, fc.constantFrom('words', 'words', '1', '2'), fault).map(
    ([name, what, one]) =>
      new ModelCommand(`${name} answers by text (${what})${describeFault(one)}`, async (bench) => {
        const number = bench.known.numbers.get(name);
        if (number === undefined) return;
        const words = what === 'words' ? `answer ${++answers}` : what;
        const work = inbound(number, words);
        bench.answered.set(`sms:${work.sid}`, { author: name, number, at: Date.now() });
        await insist(bench, one, work);
        const before = bench.messages.length;
        bench.whenSeen.push(() => {
          for (const { thread: threadId, seq } of bench.messages.slice(before)) {
            const key = inThread(name, threadId);
            // An answer reads what its author was texted, not what still waits.
            const texts = bench.texts.filter((text) => inThread(text.user, text.thread) === key);
            const upTo = Math.max(bench.mayHaveRead.get(key) ?? 0, ...texts.map((text) => text.upTo));
            bench.mayHaveRead.set(key, upTo >= seq - 1 ? seq : upTo);
            bench.sends.answer(name, threadId);
          }
        });
      }),
  );

/** What people do, with whatever befalls the processes that serve them. */
export const people = {
  posts: postsWith(processFault),
  changes: changesWith(faultWithoutPause),
  reads: readsWith(processFault),
  stop: stopWith(faultWithoutPause),
  start: startWith(faultWithoutPause),
  proves: proveWith(faultWithoutPause),
  removes: removeWith(faultWithoutPause),
  answers: answersWith(faultWithoutPause),
  hostGives,
  membership: membershipWith(fc.constantFrom(false, false, true)),
  leaves: membershipWith(fc.constant(false)),
  presence,
  mute,
  quiet,
};

/** The same, undisturbed. */
export const calmPeople = {
  ...people,
  posts: postsWith(calm),
  changes: changesWith(calm),
  reads: readsWith(calm),
  stop: stopWith(calm),
  start: startWith(calm),
  proves: proveWith(calm),
  removes: removeWith(calm),
  answers: answersWith(calm),
};
