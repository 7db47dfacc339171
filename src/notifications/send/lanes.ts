import { AT_ONCE, type Signal } from '../../platform/concurrency.ts';

/** Lanes that one family may have while others want some. */
const LANES_A_FAMILY = AT_ONCE / 2;

/** A text that is under way. */
export interface UnderWay {
  familyId: string;
  /** Since when, ms. */
  since: number;
}

interface OfFamily {
  familyId: string;
}

/**
 * The connections of one invocation, shared by the stores of a batch. A family has half of them at most while another
 * waits, so that texts that hang keep nobody else's from leaving.
 */
export class Lanes {
  readonly #underWay = new Set<UnderWay>();
  /** Who sends, and what families it has texts of that wait. */
  readonly #wanting = new Map<Signal, Set<string>>();

  /** What is under way, of all stores. */
  get underWay(): UnderWay[] {
    return [...this.#underWay];
  }

  /**
   * Takes the next of the ready texts that may have a lane, in their order.
   * @param sender is rung when a lane becomes free
   * @param ready is made shorter by the one that is taken
   * @param waiting what is not ready yet
   * @param now ms
   * @returns null when no lane is free for any of them
   */
  takeNext<T extends OfFamily>(
    sender: Signal,
    ready: T[],
    waiting: readonly OfFamily[],
    now: number,
  ): { next: T; lane: UnderWay } | null {
    const at = this.#underWay.size < AT_ONCE ? this.#firstOf(sender, ready, waiting) : -1;
    const [next] = at < 0 ? [] : ready.splice(at, 1);
    this.#wanting.set(sender, familiesOf([...ready, ...waiting]));
    if (!next) return null;
    const lane = { familyId: next.familyId, since: now };
    this.#underWay.add(lane);
    return { next, lane };
  }

  #firstOf(sender: Signal, ready: readonly OfFamily[], waiting: readonly OfFamily[]): number {
    this.#wanting.set(sender, familiesOf([...ready, ...waiting]));
    const wanting = new Set([...this.#wanting.values()].flatMap((families) => [...families]));
    const taken = (familyId: string) => this.underWay.filter((lane) => lane.familyId === familyId).length;
    return ready.findIndex(({ familyId }) => wanting.size === 1 || taken(familyId) < LANES_A_FAMILY);
  }

  /** Frees a lane. */
  free(lane: UnderWay): void {
    this.#underWay.delete(lane);
    for (const sender of this.#wanting.keys()) sender.ring();
  }

  /** Takes a sender off, which has nothing more to send. */
  leave(sender: Signal): void {
    this.#wanting.delete(sender);
    for (const other of this.#wanting.keys()) other.ring();
  }
}

const familiesOf = (items: readonly OfFamily[]) => new Set(items.map(({ familyId }) => familyId));
