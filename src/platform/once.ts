/** What is found out when it is first asked for, and once: for what takes long and is not always asked for. */
export function once<T>(find: () => T): () => T {
  let found: { value: T } | null = null;
  return () => {
    found ??= { value: find() };
    return found.value;
  };
}
