import type { Db } from '../../db/client.ts';
import type { Statement } from '../../db/statement.ts';
import { type Finished, finishWave, mergeInto } from '../deliveries/finish.ts';
import { type TurnRow, type VerdictRow, writeVerdicts } from '../deliveries/outbox.ts';
import { mergeMany, type Prepared } from './wave.ts';

/** Verdicts and outcomes that are known and not written yet. */
export class Unwritten {
  readonly #claim: string;
  #verdicts: (VerdictRow | TurnRow)[] = [];
  #finished: { text: Prepared; row: Finished }[] = [];
  #since = 0;

  constructor(claim: string) {
    this.#claim = claim;
  }

  get isEmpty(): boolean {
    return this.#verdicts.length + this.#finished.length === 0;
  }

  /** When the oldest outcome became known, ms; null when there is none. */
  get since(): number | null {
    return this.#finished.length === 0 ? null : this.#since;
  }

  addVerdicts(verdicts: readonly (VerdictRow | TurnRow)[]): void {
    this.#verdicts.push(...verdicts);
  }

  addOutcome(text: Prepared, row: Finished, now: number): void {
    if (this.#finished.length === 0) this.#since = now;
    this.#finished.push({ text, row });
  }

  /**
   * The statements that write what is known; it counts as written from now on.
   * @throws when the database fails
   */
  async take(db: Db, now: number): Promise<Record<string, Statement<D1Result>>> {
    const verdicts = this.#verdicts.splice(0);
    const finished = this.#finished.splice(0);
    const sent = finished.filter(({ row }) => row.status === 'sent').map(({ text }) => text);
    await mergeMany(db, sent, this.#claim);
    const rows = finished.map(({ row }) => row);
    return {
      ...(verdicts.length > 0 && { postponed: writeVerdicts(verdicts) }),
      ...(rows.length > 0 && {
        finished: finishWave(rows, this.#claim, now),
        merged: mergeInto(sent.map(({ id }) => id)),
      }),
    };
  }
}
