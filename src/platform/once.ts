/** Computes a value when it is first needed and keeps it: for values that are expensive and not always needed. */
export function once<T>(find: () => T): () => T {
  let found: { value: T } | null = null;
  return () => {
    found ??= { value: find() };
    return found.value;
  };
}
