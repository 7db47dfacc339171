import * as z from 'zod';

/**
 * A schema that is built when it is first asked for, and once. For what only the API's description reads, which are all
 * answers: no start of an isolate pays for it.
 */
export function lazySchema<S extends z.ZodType>(build: () => S): () => S {
  let built: S | undefined;
  return () => {
    built ??= build();
    return built;
  };
}

/** See {@link lazySchema}; its name is the one that the description refers to it by. */
export function namedSchema<S extends z.ZodType>(name: string, build: () => S): () => S {
  return lazySchema(() => {
    const schema = build();
    z.globalRegistry.add(schema, { ...schema.meta(), id: name });
    return schema;
  });
}
