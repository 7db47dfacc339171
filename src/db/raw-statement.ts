import type { SQL } from './sql.ts';

/** A statement that runs when it is awaited, or as one of a batch. */
export class RawStatement<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'RawStatement';
  readonly query: SQL;
  readonly #execute: (query: SQL) => Promise<D1Result>;
  readonly #read: (result: D1Result) => T;

  constructor(query: SQL, execute: (query: SQL) => Promise<D1Result>, read: (result: D1Result) => T) {
    this.query = query;
    this.#execute = execute;
    this.#read = read;
  }

  /** What its result comes to. */
  read(result: D1Result): T {
    return this.#read(result);
  }

  async #run(): Promise<T> {
    return this.#read(await this.#execute(this.query));
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is the point
  then<A = T, B = never>(
    resolved?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#run().then(resolved, rejected);
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#run().catch(rejected);
  }

  finally(settled?: (() => void) | null): Promise<T> {
    return this.#run().finally(settled);
  }
}
