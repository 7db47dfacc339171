import type { Db } from '../../db/client.ts';
import { retrying } from '../../db/retry.ts';
import { AT_ONCE, Signal } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import { newId } from '../../platform/ids.ts';
import { SECOND_MS } from '../../platform/time.ts';
import type { VerdictRow } from '../deliveries/outbox.ts';
import type { DeliveryRecord } from './facts.ts';
import { inTurn, type Lead } from './fold.ts';
import { type JobResult, resultsOf } from './job-result.ts';
import type { Lanes, UnderWay } from './lanes.ts';
import { finishedRow, handleFailure, type Outcome } from './outcome.ts';
import type { PauseReader } from './paused.ts';
import { slowSenders, untilTurn, urgentFirst } from './permits.ts';
import { Unwritten } from './unwritten.ts';
import { claim, type NotSent, type Prepared, sendWithinLease, type Telling } from './wave.ts';

/** Number of texts claimed together: a STOP takes effect at the latest when the next wave is claimed. */
const WAVE = 25;
/** When the carrier takes this long (ms) for an answer, fewer texts are claimed at once, for the same reason. */
const SLOW_ANSWER_MS = 500;
/** Max. time (ms) for which outcomes wait to be written together with the next claim. */
const WRITE_WITHIN_MS = 1000;
/** A text without an answer for this long (ms) hangs: the batch no longer waits for it. */
const HANGS_MS = 1500;
/**
 * When texts that hang have taken all lanes for this long (ms), what waits for a lane is given back. Shorter, and a
 * slow carrier would count as a dead one.
 */
const BLOCKED_MS = 4000;
/**
 * When texts of more families than this hang, the carrier itself does: the batch then waits instead of sending it
 * more.
 */
const MOST_HANGING_FAMILIES = 2;
/** A text whose turn is further away than this (s) is left to the sweep. */
const NEAR_TURN_SECONDS = 60;
/** Max. wait (ms) for the verdicts of further families, to claim their texts together. */
const GATHER_MS = 50;

/** What becomes known about some of a batch's deliveries: texts to send, and verdicts to write. */
export interface Arrival {
  telling: Telling[];
  verdicts: VerdictRow[];
}

/** What was done with a batch. */
export interface Sent {
  ends: JobResult[];
  /** Deliveries that were claimed and not sent, and those that were not claimed: their windows are to be released. */
  refused: NotSent[];
  unclaimed: NotSent[];
}

const nothing = (): Sent => ({ ends: [], refused: [], unclaimed: [] });

/**
 * Sends what was admitted, one text a person and thread, six at a time for as long as there is one. The next wave is
 * claimed while the one before is being sent, in one trip with the outcomes so far. A text that the carrier does not
 * answer is left behind, and so is what waits for its lane; both go on by themselves.
 */
export class Sending {
  readonly #deps: Deps;
  readonly #db: Db;
  readonly #pauses: PauseReader;
  readonly #lanes: Lanes;
  readonly #claim: string;
  readonly #event = new Signal();
  readonly #unwritten: Unwritten;
  #sent: Sent = nothing();
  readonly #unclaimed: (Telling & { familyId: string })[] = [];
  readonly #ready: Prepared[] = [];
  readonly #underWay = new Map<Prepared, UnderWay>();
  #writing = false;
  #arriving = 0;
  /** Outcomes since the last write; some may say that a sender is too fast. */
  readonly #outcomes: { record: DeliveryRecord; outcome: Outcome }[] = [];
  #answerMs = 0;
  #stopped = false;
  #failure: { error: unknown } | null = null;

  /** @param lanes the invocation's connections, which all that send in it share */
  constructor(deps: Deps, db: Db, pauses: PauseReader, lanes: Lanes) {
    this.#deps = deps;
    this.#db = db;
    this.#pauses = pauses;
    this.#lanes = lanes;
    this.#claim = newId('clm', deps.now());
    this.#unwritten = new Unwritten(this.#claim);
  }

  /**
   * Sends what arrives, until everything has been sent or hangs.
   * @returns what was done; `rest`: the texts that hang, once they have an answer, null when there are none
   * @throws when a database fails; texts that were under way have ended then
   */
  async run(arrivals: readonly Promise<Arrival>[]): Promise<Sent & { rest: Promise<Sent> | null }> {
    this.#arriving = arrivals.length;
    const arrived = arrivals.map((arrival) => this.#take(arrival));
    if (arrivals.length > 1) await Promise.race([Promise.all(arrived), pause(GATHER_MS)]);
    // Nothing hangs that is written or asked for: only texts are not waited for longer.
    while (this.#step()) await this.#event.next(this.#writing || this.#arriving > 0 ? null : HANGS_MS);
    this.#lanes.leave(this.#event);
    const hanging = this.#underWay.size > 0;
    await this.#writeRest();
    if (this.#failure && !hanging) throw this.#failure.error;
    const sent = this.#sent;
    this.#sent = nothing();
    return { ...sent, rest: hanging ? this.#finishHanging() : null };
  }

  async #take(arrival: Promise<Arrival>): Promise<void> {
    try {
      const { telling, verdicts } = await arrival;
      const all = [
        ...this.#unclaimed,
        ...telling.map((lead) => ({ ...lead, familyId: lead.record.familyId })),
      ];
      // Urgent ones first; else the families in turn.
      this.#unclaimed.splice(0, all.length, ...inTurn(all, ({ familyId }) => familyId).toSorted(urgentFirst));
      this.#unwritten.addVerdicts(verdicts);
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#arriving -= 1;
    this.#event.ring();
  }

  /** Starts whatever can be started. @returns whether there is something to wait for */
  #step(): boolean {
    if (this.#failure || this.#stopped) this.#giveBackUnclaimed();
    for (;;) {
      const taken = this.#lanes.takeNext(this.#event, this.#ready, this.#unclaimed, this.#deps.now());
      if (taken === null) break;
      void this.#send(taken.next, taken.lane);
    }
    if (!this.#writing) {
      if (this.#unclaimed.length > 0 && this.#ready.length <= AT_ONCE) void this.#write(true);
      else if (this.#isUnwrittenTooLong()) void this.#write(false);
    }
    if (this.#writing || this.#arriving > 0) return true;
    const isLeft = this.#ready.length + this.#unclaimed.length > 0;
    if (this.#underWay.size === 0 && !isLeft) return false;
    // What waits for a lane waits for all that have one.
    const hang = isLeft
      ? this.#hang(this.#lanes.underWay, BLOCKED_MS)
      : this.#hang([...this.#underWay.values()], HANGS_MS);
    if (!hang) return true;
    this.#giveBackUnclaimed();
    for (const text of this.#ready.splice(0)) this.#end(text, { kind: 'late' });
    return false;
  }

  /** Whether these have no answer for too long, while the carrier answers others. */
  #hang(texts: readonly UnderWay[], tooLongMs: number): boolean {
    const now = this.#deps.now();
    if (texts.some(({ since }) => now - since < tooLongMs)) return false;
    return new Set(texts.map(({ familyId }) => familyId)).size <= MOST_HANGING_FAMILIES;
  }

  #isUnwrittenTooLong(): boolean {
    const { since } = this.#unwritten;
    return since !== null && this.#deps.now() - since >= WRITE_WITHIN_MS;
  }

  async #send(text: Prepared, lane: UnderWay): Promise<void> {
    const { since } = lane;
    this.#underWay.set(text, lane);
    try {
      const { CLAIM_LEASE_SECONDS } = this.#deps.config;
      const outcome: Outcome = this.#stopped
        ? { kind: 'retry', code: 'account', retryAfterSeconds: CLAIM_LEASE_SECONDS }
        : await sendWithinLease(text, this.#deps);
      this.#answerMs = this.#deps.now() - since;
      if (outcome.kind === 'operator') this.#stopped = true;
      await handleFailure(this.#deps, { record: text.lead.record, phone: text.phone }, outcome);
      this.#outcomes.push({ record: text.lead.record, outcome });
      this.#end(text, outcome);
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#underWay.delete(text);
    this.#event.ring();
    this.#lanes.free(lane);
  }

  /** Notes the outcome of a claimed text. */
  #end(text: Prepared, outcome: Outcome): void {
    const { lead } = text;
    const { now: clock, config, log } = this.#deps;
    const now = clock();
    const row = finishedRow(lead.record, outcome, { now, leaseMs: config.CLAIM_LEASE_SECONDS * 1000 });
    if (row === null) {
      this.#result(lead, 'open');
      return;
    }
    this.#unwritten.addOutcome(text, row, now);
    if (row.status === 'sent') {
      log.info('delivery.sent', { deliveryId: text.id, familyId: text.familyId });
      this.#result(lead, 'sent');
      return;
    }
    this.#sent.refused.push(lead);
    const isTriedAgain = row.until !== null && (outcome.kind === 'retry' || outcome.kind === 'late');
    const again = isTriedAgain ? Math.max(1, Math.ceil((row.until! - now) / 1000)) : null;
    this.#result(lead, again === null ? 'not sent' : { again });
  }

  #result(lead: Lead, how: Parameters<typeof resultsOf>[1]): void {
    this.#sent.ends.push(...resultsOf(lead, how));
  }

  /** Gives back what is not claimed. When the account is refused the sweep takes it up, else it is decided again soon. */
  #giveBackUnclaimed(): void {
    for (const lead of this.#unclaimed.splice(0)) {
      this.#sent.unclaimed.push(lead);
      this.#result(lead, this.#stopped ? 'open' : { again: 1 });
    }
  }

  /** Writes what is known, and claims the next wave in the same trip if it should. Never throws. */
  async #write(claims: boolean): Promise<void> {
    this.#writing = true;
    const size = this.#answerMs > SLOW_ANSWER_MS ? AT_ONCE : WAVE;
    const wave = claims ? this.#unclaimed.splice(0, size) : [];
    try {
      await slowSenders(this.#deps, this.#outcomes.splice(0));
      const earlier = await this.#unwritten.take(this.#db, this.#deps.now());
      const { won, taken, again, waiting } = await claim(this.#deps, this.#db, wave, {
        name: this.#claim,
        pauses: this.#pauses,
        earlier,
      });
      this.#ready.push(...won);
      for (const lead of taken) this.#result(lead, 'not sent');
      for (const { lead, seconds } of again) {
        this.#sent.unclaimed.push(lead);
        this.#result(lead, { again: seconds });
      }
      for (const { lead, until } of waiting) this.#waitForTurn(lead, until);
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#writing = false;
    this.#event.ring();
  }

  /** A turn that is near comes back by the queue, a later one by the sweep; one that comes too late not at all. */
  #waitForTurn(lead: Telling, until: number): void {
    const { id, familyId } = lead.record;
    const { CLAIM_LEASE_SECONDS, SMS_EXPIRY_SECONDS } = this.#deps.config;
    const terms = { leaseMs: CLAIM_LEASE_SECONDS * SECOND_MS, expiryMs: SMS_EXPIRY_SECONDS * SECOND_MS };
    const seconds = Math.max(1, Math.ceil((until - this.#deps.now()) / SECOND_MS));
    const [own, ...beside] = untilTurn(lead, until, terms);
    this.#sent.unclaimed.push(lead);
    this.#unwritten.addVerdicts([own!, ...beside]);
    if (own!.status === 'suppressed' || seconds > NEAR_TURN_SECONDS) this.#result(lead, 'open');
    else this.#sent.ends.push({ id, familyId, end: 'retry', delaySeconds: seconds });
  }

  async #writeRest(): Promise<void> {
    await slowSenders(this.#deps, this.#outcomes.splice(0));
    if (this.#unwritten.isEmpty) return;
    const statements = await this.#unwritten.take(this.#db, this.#deps.now());
    await retrying(() => this.#db.batch(statements));
  }

  /** Waits for the texts that hang. @throws when the database fails */
  async #finishHanging(): Promise<Sent> {
    while (this.#underWay.size > 0) await this.#event.next(null);
    await this.#writeRest();
    if (this.#failure) throw this.#failure.error;
    return this.#sent;
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
