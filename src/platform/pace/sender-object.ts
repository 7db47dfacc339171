import { DurableObject } from 'cloudflare:workers';
import {
  IDLE,
  type PaceLimits,
  type PaceState,
  type PermitsAsked,
  type PermitsGiven,
  slowDown,
  takePermits,
} from './pace.ts';
import type { SenderRpc } from './pace-clients.ts';

/** The Durable Object of one sender: how fast it may go. Its limits are settings, and come with each call. */
export class SenderObject<Env> extends DurableObject<Env> implements SenderRpc {
  #state: PaceState = IDLE;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      this.#state = (await ctx.storage.get<PaceState>('pace')) ?? IDLE;
    });
  }

  async take(asked: PermitsAsked, limits: PaceLimits): Promise<PermitsGiven> {
    const { state, given } = takePermits(this.#state, asked, limits, Date.now());
    this.#keep(state);
    return given;
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
