import type { Lease, LeaseRequest } from '../../platform/pace/service-budget.ts';

/** Where numbers are kept by name: the object's `MetaStore`. */
interface Numbers {
  get(name: string): number | null;
  set(name: string, value: number): void;
}

/** The family's lease of the service's budget, in the object's storage, so that an eviction loses none of it. */
export class LeaseStore {
  readonly #meta: Numbers;

  constructor(meta: Numbers) {
    this.#meta = meta;
  }

  /** The texts that may leave by it. @param now ms UTC */
  left(now: number): number {
    return now < this.#number('lease_ends') ? this.#number('lease_left') : 0;
  }

  /** Stores how many are left. */
  keep(left: number): void {
    this.#meta.set('lease_left', left);
  }

  /** Texts that were admitted did not leave after all. */
  refund(count: number): void {
    if (count > 0 && this.#number('lease_size') > 0) this.keep(this.#number('lease_left') + count);
  }

  /** What to ask the budget for. @param now ms UTC */
  request(need: number, now: number): LeaseRequest {
    const left = this.#number('lease_left');
    const isOver = now >= this.#number('lease_ends');
    return {
      need,
      usedUp: left === 0 && !isOver ? this.#number('lease_size') : 0,
      giveBack: isOver && left > 0 ? { count: left, minute: this.#number('lease_minute') } : null,
    };
  }

  /** Takes a lease on top of what is left of one that has not ended, which then ends with it. */
  take({ granted, minute, ends }: Lease, now: number): void {
    this.keep(this.left(now) + granted);
    if (granted === 0) return;
    this.#meta.set('lease_size', granted);
    this.#meta.set('lease_minute', minute);
    this.#meta.set('lease_ends', ends);
  }

  #number(name: string): number {
    return this.#meta.get(name) ?? 0;
  }
}
