import { and, desc, isNotNull, isNull, not, type SQL, sql } from 'drizzle-orm';
import { eq, lt } from '../db/comparisons.ts';
import { allOf, anyOf, coalesce, hasRow, scalar } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { familyUpdates, phoneNumbers, smsDeliveryLog } from '../db/schema.ts';
import type { ResultOf } from '../db/statement.ts';
import type { ConsentChange, Person } from '../numbers/changes.ts';
import { changeJson, enqueueForHolder, enqueueForPerson, updateId } from '../numbers/update-outbox.ts';
import type { Client } from '../platform/auth/request-caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { senderFor, sendersOf } from '../platform/sms/senders.ts';
import { applyUpdates } from './updates/relay.ts';

/** The origin of an opt-in or opt-out on a page, by the API, or said to the host application. */
export interface ConsentRequest extends Person {
  /** `web`: the cookie session of a browser; `api`: a bearer token; `host`: the host on the person's behalf. */
  source: 'web' | 'api' | 'host';
  /** Null for the host, whose own address says nothing of the person. */
  client: Client | null;
  /** What the host recorded of an opt-in: when (ms) and where it was given, in its words. */
  given?: { at: number; origin: string } | undefined;
}

/** An opt-in that the host application recorded. */
export interface ImportedConsent extends Person {
  /** When it was given, ms. */
  at: number;
  /** Where it was given, in the host's words. */
  origin: string;
  /** The wording's version, the host's own. */
  version: string;
  /** The number it was given for, E.164. */
  phone: string;
}

const ledgerFields = ({ source, client, given }: ConsentRequest) => ({
  source,
  origin: given?.origin ?? null,
  clientAddress: client?.address ?? null,
  userAgent: client?.userAgent ?? null,
  carrier: false,
});

/** So many of a person's newest deliveries are looked through: none of those since an opt-out was sent. */
const LOOKED_THROUGH = 2000;

/**
 * The number to text START to: the one sender's, or, with several and where a messaging service picks one, that from
 * which the person was last texted, as its receipts said; else their family's. Null when none is known. An RCS agent is
 * no number, and neither is a name.
 * @throws when a database fails
 */
export async function startNumber(
  deps: Pick<Deps, 'config' | 'db'>,
  { userId, familyId }: Person,
): Promise<string | null> {
  const [only, ...others] = sendersOf(deps.config);
  if (only?.from && others.length === 0) return only.from;
  const log = smsDeliveryLog;
  const newest = q
    .select({ id: log.id, sender: log.sender, channel: log.channel })
    .from(log)
    .where(eq(log.userId, userId))
    .orderBy(desc(log.id))
    .limit(LOOKED_THROUGH)
    .as('newest');
  const isNumber = not(sql`${newest.sender} glob '*[^+0-9]*'`);
  const last = q
    .select({ sender: newest.sender })
    .from(newest)
    .where(and(isNotNull(newest.sender), eq(newest.channel, 'sms'), isNumber))
    .orderBy(desc(newest.id))
    .limit(1);
  const told = await retrying(() => deps.db.forFamily(familyId).first(last));
  return told?.sender ?? senderFor(deps.config, familyId, null).from;
}

/**
 * 409: the carrier blocks our texts to this number, and only START, texted from it, ends that.
 * @param number where to text it, null when that is not known
 */
export function carrierOptedOut(number: string | null): AppError {
  const where = number === null ? 'the number our texts come from' : number;
  const message = `Your carrier blocks our texts since you said STOP. Text START to ${where} to get them again.`;
  return new AppError('carrier_opted_out', message, { fields: { startNumber: number } });
}

/**
 * 409: whoever had the number said stop, so it gets no code; START, texted from it, ends that.
 * @param number where to text it, null when that is not known
 */
export function numberOptedOut(number: string | null): AppError {
  const where = number === null ? 'the number our texts come from' : number;
  const message = `This number said STOP to our texts, so we send it no code. Text START from it to ${where}, then ask again.`;
  return new AppError('carrier_opted_out', message, { fields: { startNumber: number } });
}

/** An opt-in, with the version of the wording that was shown. */
export type OptInRequest = ConsentRequest & { version: string };

/**
 * Statements for the directory's batch: opts a person and the number they hold in, unless the carrier blocks
 * the number. They change nothing unless `condition` holds.
 */
export function optInPerson(request: OptInRequest, now: number, condition?: SQL) {
  const change: Omit<ConsentChange, 'numberHash'> = {
    kind: 'consent',
    action: 'opt_in',
    ...ledgerFields(request),
    version: request.version,
    at: Math.min(request.given?.at ?? now, now),
  };
  const mayOptIn = allOf(
    eq(phoneNumbers.userId, request.userId),
    isNotNull(phoneNumbers.verifiedAt),
    isNull(phoneNumbers.carrierOptedOutAt),
    condition,
  );
  return {
    enqueueOptIn: enqueueForHolder({
      id: updateId(now),
      now,
      change: changeJson(change, { numberHash: sql`${phoneNumbers.numberHash}` }),
      condition: mayOptIn,
    }),
    optIn: q.update(phoneNumbers).set({ optedOutAt: null, updatedAt: now }).where(mayOptIn),
  };
}

/** The number a person holds, and since when the carrier blocks it. */
const heldNumber = (userId: string) =>
  q
    .select({ blockedAt: phoneNumbers.carrierOptedOutAt, optedOutAt: phoneNumbers.optedOutAt })
    .from(phoneNumbers)
    .where(allOf(eq(phoneNumbers.userId, userId), isNotNull(phoneNumbers.verifiedAt)));

type OptIn = Pick<ConsentRequest, 'userId' | 'familyId' | 'given'>;

async function refuseOptIn(
  deps: Deps,
  number: ResultOf<ReturnType<typeof heldNumber>>[number] | undefined,
  request: OptIn,
): Promise<void> {
  const { given } = request;
  if (!number) throw new AppError('phone_unverified', 'Verify a phone number first.');
  if (number.blockedAt !== null) throw carrierOptedOut(await startNumber(deps, request));
  if (given && (number.optedOutAt ?? 0) >= given.at)
    throw new AppError('conflict', 'The person has opted out since this consent was given.');
}

/** Whether a person could opt in now. @throws AppError `phone_unverified`, `carrier_opted_out`, `conflict` */
export async function checkOptIn(deps: Deps, request: OptIn): Promise<void> {
  await refuseOptIn(deps, await retrying(() => deps.db.directory.first(heldNumber(request.userId))), request);
}

/**
 * Opts a person in by their own action on a page or by the API, or by what they said to the host. Lifts an opt-out of
 * their number, never the carrier's block, nor one younger than what the host recorded. The first opt-in for a number is
 * confirmed by text, after the answer.
 * @throws AppError `phone_unverified`, `carrier_opted_out`, `conflict`
 */
export async function optIn(deps: Deps, request: OptInRequest): Promise<void> {
  const { optedOutAt } = phoneNumbers;
  const isYounger = request.given && anyOf(isNull(optedOutAt), lt(optedOutAt, request.given.at));
  const statements = {
    before: heldNumber(request.userId),
    ...optInPerson(request, deps.now(), isYounger),
  };
  const { before } = await retrying(() => deps.db.directory.batch(statements));
  await refuseOptIn(deps, before[0], request);
  await applyUpdates(deps, [request.userId]);
}

/** The hash of the number that a person holds. */
const hashOfHeld = (userId: string) =>
  q.select({ numberHash: phoneNumbers.numberHash }).from(phoneNumbers).where(eq(phoneNumbers.userId, userId));

/**
 * Opts a person and their number out by their own action on a page or by the API.
 * @throws when a database fails
 */
export async function optOut(deps: Deps, request: ConsentRequest): Promise<void> {
  const now = deps.now();
  const id = updateId(now);
  const change: Omit<ConsentChange, 'numberHash'> = {
    kind: 'consent',
    action: 'opt_out',
    ...ledgerFields(request),
    version: null,
    at: now,
  };
  const numberHash = scalar(hashOfHeld(request.userId));
  await retrying(() =>
    deps.db.directory.batch({
      enqueueOptOut: enqueueForPerson({
        id,
        now,
        change: changeJson(change, { numberHash }),
        person: request,
      }),
      optOut: q
        .update(phoneNumbers)
        .set({ optedOutAt: coalesce(phoneNumbers.optedOutAt, now), updatedAt: now })
        .where(eq(phoneNumbers.userId, request.userId)),
    }),
  );
  await applyUpdates(deps, [request.userId]);
}

/**
 * Imports an opt-in that the host recorded, for the number that it was given for, which the person must hold:
 * consent is never kept aside for another number. Sends no text. Never undoes an opt-out of the number, nor one that
 * the person gave after the host's date.
 * @throws when a database fails
 */
export async function importConsent(deps: Deps, consent: ImportedConsent): Promise<'ok' | 'refused'> {
  const now = deps.now();
  const change: Omit<ConsentChange, 'numberHash'> = {
    kind: 'consent',
    action: 'opt_in',
    source: 'import',
    version: consent.version,
    origin: consent.origin,
    clientAddress: null,
    userAgent: null,
    carrier: false,
    at: Math.min(consent.at, now),
  };
  const id = updateId(now);
  const mayOptIn = hasRow(
    phoneNumbers,
    allOf(
      eq(phoneNumbers.userId, consent.userId),
      eq(phoneNumbers.number, consent.phone),
      isNotNull(phoneNumbers.verifiedAt),
      isNull(phoneNumbers.optedOutAt),
      isNull(phoneNumbers.carrierOptedOutAt),
    ),
  );
  const { enqueued } = await retrying(() =>
    deps.db.directory.batch({
      enqueueOptIn: enqueueForPerson({
        id,
        now,
        change: changeJson(change, { numberHash: scalar(hashOfHeld(consent.userId)) }),
        person: consent,
        condition: mayOptIn,
      }),
      enqueued: q.select({ id: familyUpdates.id }).from(familyUpdates).where(eq(familyUpdates.id, id)),
    }),
  );
  if (enqueued.length === 0) return 'refused';
  await applyUpdates(deps, [consent.userId]);
  return 'ok';
}
