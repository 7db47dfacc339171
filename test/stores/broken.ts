/** A database of which every call comes to this. */
export function broken(call: () => Promise<never>): D1Database {
  const statement: object = { bind: () => statement, run: call };
  return { prepare: () => statement, batch: call } as unknown as D1Database;
}

/** In which ways a database can be down. */
export const WAYS = {
  fails: () => Promise.reject(new Error('D1_ERROR: internal error')),
  hangs: () => new Promise<never>(() => undefined),
};
