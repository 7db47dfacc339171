import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { freshSettings } from '../stack/dev-vars.ts';
import { type SpawnedStack, spawnStack } from '../stack/spawn-stack.ts';
import type { Cast } from './cast.ts';
import { countWaiting, type Evidence, gather } from './gather.ts';
import { seedCast } from './seed.ts';
import { until } from './until.ts';

/** A stack as a process that can be killed, on a carrier that lives in this process and so survives it. */
export interface Stage {
  stack: SpawnedStack;
  simulator: Simulator;
  cast: Cast;
  /**
   * Waits until every delivery has its end and every receipt was posted.
   * @param meanwhile done before each look
   * @throws when it takes longer than a minute
   */
  settled(meanwhile?: () => Promise<unknown>): Promise<void>;
  /** Everything there is to see, through the API and on the phones. */
  evidence(): Promise<Evidence>;
  close(): Promise<void>;
}

/** Short times, so that everything heals soon; caps out of the way. */
const SETTINGS = {
  SEED_DEMO: '0',
  SWEEP_SECONDS: '1',
  MAP_SECONDS: '1',
  CLAIM_LEASE_SECONDS: '3',
  TWILIO_TIMEOUT_SECONDS: '1',
  SMS_WINDOW_SECONDS: '2',
  SMS_WINDOW_MAX_SECONDS: '2',
  SMS_PER_SECOND: '1000000',
  POSTS_PER_MINUTE: '100000',
  POSTS_PER_DAY: '100000',
  CHANGES_PER_DAY: '100000',
  SMS_USER_DAILY_CAP: '100000',
  SMS_FAMILY_DAILY_CAP: '100000',
};
const HEAL_MS = 60_000;

/**
 * Starts stack and carrier, and mirrors the cast.
 * @param settings override the short ones
 */
export async function setStage(
  cast: Cast,
  { seed = 1, settings = {} }: { seed?: number; settings?: Readonly<Record<string, string>> } = {},
): Promise<Stage> {
  const secrets = freshSettings();
  const simulator = await createSimulator({
    accountSid: secrets.TWILIO_SID!,
    authToken: secrets.TWILIO_AUTH!,
    from: secrets.TWILIO_FROM!,
    seed,
    pace: { sentMs: 50, deliveredMs: 200 },
  });
  let stack: SpawnedStack | null = null;
  const close = async () => {
    await stack?.stop();
    await simulator.close();
  };
  try {
    stack = await spawnStack({ ...secrets, ...SETTINGS, ...settings, TWILIO_API_BASE: simulator.origin });
    simulator.configure({ publicOrigin: stack.origin });
    await seedCast(stack.host, simulator, cast);
  } catch (error) {
    await close();
    throw error;
  }
  const { host, env } = stack;
  return {
    stack,
    simulator,
    cast,
    settled: async (meanwhile = async () => undefined) => {
      await until('every delivery has its end', HEAL_MS, async () => {
        await meanwhile();
        return (await countWaiting(host)) === 0;
      });
      await simulator.idle();
    },
    evidence: () => gather(host, simulator, cast, env.MAGIC_SECRET!),
    close,
  };
}
