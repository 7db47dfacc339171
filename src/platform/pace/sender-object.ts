import { DurableObject } from 'cloudflare:workers';
import { countShares, type FamilyShares } from './family-shares.ts';
import { IDLE, type PaceLimits, type PaceState, type PermitsAsked, slowDown, takePermits } from './pace.ts';
import type { SenderRpc, TextsAsked, TextsGiven } from './pace-clients.ts';

/** The Durable Object of one sender: how fast it may go. Its limits are settings, and come with each call. */
export class SenderObject<Env> extends DurableObject<Env> implements SenderRpc {
  #state: PaceState = IDLE;
  #shares: FamilyShares = new Map();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      this.#state = (await ctx.storage.get<PaceState>('pace')) ?? IDLE;
    });
  }

  async take({ urgent, families }: TextsAsked, limits: PaceLimits): Promise<TextsGiven> {
    const now = Date.now();
    const { shares, light } = countShares(this.#shares, families, limits.perSecond, now);
    this.#shares = shares;
    const asked: PermitsAsked = { urgent, lightReturning: 0, light: 0, returning: 0, fresh: 0 };
    for (const { familyId, returning, fresh } of families) {
      const isLight = light.has(familyId);
      asked[isLight ? 'lightReturning' : 'returning'] += returning;
      asked[isLight ? 'light' : 'fresh'] += fresh;
    }
    const { state, given } = takePermits(this.#state, asked, limits, now);
    this.#keep(state);
    return { ...given, lightFamilies: [...light] };
  }

  async slow(pause: { retryAfterMs: number | null; firstMs: number }): Promise<void> {
    this.#keep(slowDown(this.#state, pause, Date.now()));
  }

  /** The answer leaves once this is stored (output gate). */
  #keep(state: PaceState): void {
    this.#state = state;
    void this.ctx.storage.put('pace', state);
  }
}
