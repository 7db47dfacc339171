import { env } from 'cloudflare:workers';

/** Looks into an object, as `runInDurableObject` does. */
type LookInto = (look: (instance: unknown) => Promise<void>) => Promise<void>;

/**
 * Gives an object settings of its own, which it reads from its environment when it is first asked something; and keeps it in
 * memory until it is let go of. An object that has been idle for ten seconds, as on a busy machine, is made anew, and would
 * read the settings of everybody.
 * @returns lets go of it
 */
export async function keepSettings(into: LookInto, settings: Record<string, unknown>): Promise<() => void> {
  const given = Promise.withResolvers<void>();
  const kept = Promise.withResolvers<void>();
  const look = into(async (instance) => {
    Object.assign(instance as object, { env: { ...env, ...settings } });
    given.resolve();
    await kept.promise;
  });
  await Promise.race([given.promise, look]);
  return kept.resolve;
}
