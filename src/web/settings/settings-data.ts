import { type FamilyMember, listFamilyMembers } from '../../chat/family-members.ts';
import { listThreads, type ThreadJson } from '../../chat/threads.ts';
import { type ConsentEntry, listConsents } from '../../consent/ledger.ts';
import { checkOptIn, startNumber } from '../../consent/opt-in-out.ts';
import { currentWording } from '../../consent/wordings.ts';
import { type Me, pendingNumber, readMe } from '../../identity/account/me.ts';
import { type LiveSession, listSessions } from '../../identity/account/own-sessions.ts';
import type { Preferences } from '../../identity/preferences/preferences-schema.ts';
import { readPreferences } from '../../identity/preferences/read-preferences.ts';
import { type DeliveryJson, listDeliveries } from '../../notifications/operate/delivery-log.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import type { Hours } from '../../platform/clock-words.ts';
import { AppError } from '../../platform/errors.ts';
import type { PageContext } from '../answer.tsx';
import type { WallClock } from '../clock.ts';
import { type PhoneChoices, phoneChoices } from '../phone-field.tsx';
import { browserZone, chosenHours, readerClock, sentenceClock } from '../reader-clock.ts';

/** What a form of the page was answered with, beside its section. */
export interface SettingsNotice {
  section: SectionId;
  tone: 'good' | 'care' | 'bad';
  words: string;
  /** Put beside the field instead of above the section. */
  field?: string;
  /** Where one goes on, when it is another section. */
  next?: SectionId;
  /** Put at the end of the section's form, which saves itself. */
  saved?: 'now' | 'undone';
}

/** The parts of the page; each is an anchor and can be swapped by itself. */
export type SectionId =
  | 'phone'
  | 'texts'
  | 'quiet'
  | 'preview'
  | 'clock'
  | 'mutes'
  | 'sessions'
  | 'vouch'
  | 'consents'
  | 'delete';

/** Everything that the settings page shows. Times are ms UTC. */
export interface SettingsView {
  brand: string;
  /** Changes with everything that may change elsewhere; the page's script compares it. */
  state: string;
  me: Me;
  /** The number that waits for its code, E.164. */
  pending: string | null;
  preferences: Preferences;
  /** Only START, texted from the phone, allows texts again. */
  carrierBlocked: boolean;
  /** The number to text START to; null behind a messaging service. */
  startNumber: string | null;
  wording: { version: string; text: string };
  threads: ThreadJson[];
  sessions: LiveSession[];
  currentSessionId: string | null;
  consents: ConsentEntry[];
  /** Everybody of the family. */
  family: FamilyMember[];
  /** The test text that was just asked for. */
  test: DeliveryJson | null;
  told: SettingsNotice | null;
  /** The countries to choose from beside a number. */
  choices: PhoneChoices;
  /** What was typed into a form that was refused. */
  typed: Record<string, string>;
  /** Seconds until another code may be asked for. */
  resendSeconds: number | null;
  now: number;
  /** Times on the page are written by it. */
  clock: WallClock;
  /** What was chosen for this browser; null when its language decides. */
  hours: Hours | null;
  /** The browser's own, when it is known. */
  browserZone: string | null;
}

async function isCarrierBlocked(c: PageContext, caller: Caller): Promise<boolean> {
  try {
    await checkOptIn(c.var.deps, caller);
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === 'carrier_opted_out') return true;
    if (error instanceof AppError && error.code === 'phone_unverified') return false;
    throw error;
  }
}

async function findTest(c: PageContext, caller: Caller): Promise<DeliveryJson | null> {
  const id = c.req.query('test');
  if (!id) return null;
  const { deliveries } = await listDeliveries(c.var.deps, caller, {
    limit: 30,
    ...sentenceClock(c.var.deps.config, c.req.raw.headers),
  });
  return deliveries.find((delivery) => delivery.id === id && delivery.kind === 'test') ?? null;
}

/**
 * Reads everything the page shows, side by side.
 * @throws AppError `unauthenticated` when the account is gone; when a database fails
 */
export async function loadSettings(
  c: PageContext,
  caller: Caller,
  answer: Pick<Partial<SettingsView>, 'told' | 'typed' | 'resendSeconds'> = {},
): Promise<SettingsView> {
  const { deps } = c.var;
  const cookies = c.req.header('Cookie');
  const browsers = browserZone(cookies);
  const [me, pending, read, carrierBlocked, threads, sessions, consents, family, test] = await Promise.all([
    readMe(deps, caller),
    pendingNumber(deps, caller.userId),
    readPreferences(deps, caller),
    isCarrierBlocked(c, caller),
    listThreads(deps, caller),
    listSessions(deps, caller),
    listConsents(deps, caller),
    listFamilyMembers(deps, caller),
    findTest(c, caller),
  ]);
  if (!me || !read) throw new AppError('unauthenticated', 'This account does not exist any more.');
  return {
    brand: deps.config.BRAND_NAME,
    state: [read.etag, me.phoneState, me.phone].join(' '),
    me,
    pending,
    preferences: read.preferences,
    carrierBlocked,
    startNumber: carrierBlocked ? await startNumber(deps, caller) : null,
    wording: currentWording({ brand: deps.config.BRAND_NAME }),
    threads,
    sessions,
    currentSessionId: caller.sessionId,
    consents,
    family,
    test,
    told: answer.told ?? null,
    typed: answer.typed ?? {},
    choices: phoneChoices(c, answer.typed?.country),
    resendSeconds: answer.resendSeconds ?? null,
    now: deps.now(),
    clock: readerClock(c.var.deps.config, c.req.raw.headers, read.preferences.timeZone),
    hours: chosenHours(deps.config, cookies),
    browserZone: browsers,
  };
}
