import { callObject, type ObjectNamespace } from './call-object.ts';
import type { FamilyRpc } from './family-rpc.ts';

/**
 * A family's object as the rest of the code sees it, with {@link callObject}'s care around every call. All calls may
 * be repeated safely: they are keyed, or say the same thing twice.
 */
export function familyClient(namespace: DurableObjectNamespace, familyId: string): FamilyRpc {
  // The binding cannot name its class here: worker.ts, which has it, stands above.
  const family = namespace as unknown as ObjectNamespace<DurableObjectId, FamilyRpc>;
  const call = <T>(use: (stub: FamilyRpc) => Promise<T>) => callObject(family, familyId, use);
  return {
    admit: (candidates) => call((stub) => stub.admit(candidates)),
    release: (deliveryIds) => call((stub) => stub.release(deliveryIds)),
    presence: () => call((stub) => stub.presence()),
    heartbeat: (userId, state, source) => call((stub) => stub.heartbeat(userId, state, source)),
    returned: (userId, threadId) => call((stub) => stub.returned(userId, threadId)),
    publish: (publications) => call((stub) => stub.publish(publications)),
    disconnectSession: (sessionId) => call((stub) => stub.disconnectSession(sessionId)),
    forgetUser: (userId) => call((stub) => stub.forgetUser(userId)),
    fetch: (request) => call((stub) => stub.fetch(request)),
  };
}
