import * as z from 'zod';
import { once } from '../once.ts';

/**
 * A schema that the API's description refers to by its name. As all answers' schemas it is read by that description alone,
 * and built when it is first asked for: no start of an isolate pays for it.
 */
export const namedSchema = <S extends z.ZodType>(name: string, build: () => S): (() => S) =>
  once(() => {
    const schema = build();
    z.globalRegistry.add(schema, { ...schema.meta(), id: name });
    return schema;
  });
