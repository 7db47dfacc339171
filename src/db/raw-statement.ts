/** A statement that runs when it is awaited, or as one of a batch. */
export class RawStatement<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'RawStatement';
  readonly #prepare: () => D1PreparedStatement;
  readonly #read: (result: D1Result) => T;

  constructor(prepare: () => D1PreparedStatement, read: (result: D1Result) => T) {
    this.#prepare = prepare;
    this.#read = read;
  }

  /** The statement with its parameters bound. */
  prepare(): D1PreparedStatement {
    return this.#prepare();
  }

  /** What its result comes to. */
  read(result: D1Result): T {
    return this.#read(result);
  }

  async #run(): Promise<T> {
    return this.#read(await this.#prepare().run());
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
