import type { Candidate } from '../../platform/family/family-rpc.ts';
import type { FamilyText, SendRow, SendStore } from './send-store.ts';
import { authorShare } from './shares.ts';

/** The stored texts that some candidates are decided by, read once; what is admitted meanwhile is added. */
export class KnownTexts {
  readonly #familyCap: number;
  readonly #byUser: Map<string, SendRow[]>;
  /** The newest first: as many as the cap counts, beside the candidates' own, which may not count. */
  #ofFamily: FamilyText[];

  constructor(sends: SendStore, candidates: readonly Candidate[], familyCap: number) {
    const userIds = [...new Set(candidates.map(({ userId }) => userId))];
    this.#familyCap = familyCap;
    this.#byUser = Map.groupBy(sends.forUsers(userIds), ({ userId }) => userId);
    this.#ofFamily = sends.newest(familyCap + candidates.length);
  }

  /** The texts to a person whom a candidate is for. */
  to(userId: string): readonly SendRow[] {
    return this.#byUser.get(userId) ?? [];
  }

  /**
   * The family's newest texts, the newest first, as many as its cap counts; none where they are fewer than one author's
   * share of it, and so hold nothing up.
   * @param without ids of candidates
   */
  ofFamily(without: ReadonlySet<string>): FamilyText[] {
    if (this.#ofFamily.length + 1 < authorShare(this.#familyCap)) return [];
    return this.#ofFamily.filter(({ deliveryId }) => !without.has(deliveryId)).slice(0, this.#familyCap);
  }

  /** A text that was admitted just now, perhaps anew. */
  add(send: SendRow): void {
    const isOther = ({ deliveryId }: FamilyText) => deliveryId !== send.deliveryId;
    this.#byUser.set(send.userId, [...this.to(send.userId).filter(isOther), send]);
    const known = this.#ofFamily.findIndex((text) => !isOther(text));
    if (known >= 0) this.#ofFamily.splice(known, 1);
    this.#ofFamily.unshift(send);
  }
}
