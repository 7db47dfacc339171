/** How the rows of one table are read and written. */
export interface RowStorage<Row> {
  keyOf: (row: Row) => string;
  load: () => Row[];
  save: (row: Row) => void;
  remove: (key: string) => void;
}

const isSame = <Row extends object>(a: Row, b: Row): boolean =>
  (Object.keys(b) as (keyof Row)[]).every((name) => a[name] === b[name]);

/**
 * The rows of a small table of the object. Nobody but the object writes them, so they are read once in its life, and what
 * changes nothing is not written. A row that is handed out is never changed: it is saved anew.
 */
export class StoredRows<Row extends object> {
  readonly #storage: RowStorage<Row>;
  #rows: Map<string, Row> | null = null;

  constructor(storage: RowStorage<Row>) {
    this.#storage = storage;
  }

  get #known(): Map<string, Row> {
    const { load, keyOf } = this.#storage;
    this.#rows ??= new Map(load().map((row) => [keyOf(row), row]));
    return this.#rows;
  }

  all(): Readonly<Row>[] {
    return [...this.#known.values()];
  }

  get(key: string): Readonly<Row> | undefined {
    return this.#known.get(key);
  }

  /** Inserts a row, or replaces the one of its key. */
  save(row: Row): void {
    const key = this.#storage.keyOf(row);
    const known = this.#known.get(key);
    if (known && isSame(known, row)) return;
    this.#storage.save(row);
    this.#known.set(key, row);
  }

  delete(key: string): void {
    if (!this.#known.has(key)) return;
    this.#storage.remove(key);
    this.#known.delete(key);
  }

  /** Reads the rows anew when they are next asked for: what was stored since was rolled back. */
  reload(): void {
    this.#rows = null;
  }
}
