import { callObject, type ObjectNamespace } from '../family/call-object.ts';
import type { Lease, LeaseRequest, ServiceCaps } from './service-budget.ts';

/** The interface of the budget's object. */
export interface BudgetRpc {
  /** Leases texts. An answer that is lost is a lease that nobody uses: it counts, and money fails closed. */
  lease(request: LeaseRequest, caps: ServiceCaps): Promise<Lease>;
}

/** The name of the one object. */
const NAME = 'service';

/** Asks the budget's Durable Object. @throws from each call: then nothing is granted */
export function budgetClient(namespace: DurableObjectNamespace): BudgetRpc {
  // The binding's class is exported by worker.ts.
  const objects = namespace as unknown as ObjectNamespace<DurableObjectId, BudgetRpc>;
  return { lease: (request, caps) => callObject(objects, NAME, (stub) => stub.lease(request, caps)) };
}
