import { DurableObject } from 'cloudflare:workers';
import type { BudgetRpc } from './pace-clients.ts';
import {
  type BudgetState,
  type BudgetWarning,
  type Lease,
  type LeaseRequest,
  leaseTexts,
  type ServiceCaps,
  UNTOUCHED,
} from './service-budget.ts';

/** The Durable Object of the service's budget; there is one. The caps are settings, and come with each call. */
export abstract class BudgetObject<Env> extends DurableObject<Env> implements BudgetRpc {
  #state: BudgetState = UNTOUCHED;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      this.#state = (await ctx.storage.get<BudgetState>('budget')) ?? UNTOUCHED;
    });
  }

  /** Tells operators; the Worker knows how. */
  protected abstract warn(warning: BudgetWarning): Promise<void>;

  async lease(request: LeaseRequest, caps: ServiceCaps): Promise<Lease> {
    const { state, lease, warnings } = leaseTexts(this.#state, request, caps, Date.now());
    this.#state = state;
    // The answer leaves once this is stored (output gate).
    void this.ctx.storage.put('budget', state);
    for (const warning of warnings) this.ctx.waitUntil(this.warn(warning));
    return lease;
  }
}
