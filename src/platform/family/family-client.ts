import { callObject, type ObjectNamespace } from './call-object.ts';
import type { FamilyRpc } from './family-rpc.ts';
import type { LocationHint } from './location-hint.ts';

/**
 * A client of a family's Durable Object; every call goes through {@link callObject}. All calls are safe to
 * repeat: they are keyed or idempotent.
 * @param hint where it is made, if a call is its first
 * @throws AppError `unavailable`, from each call
 */
export function familyClient(
  namespace: DurableObjectNamespace,
  familyId: string,
  hint: LocationHint | null,
): FamilyRpc {
  // The binding's class is defined above this rung, in worker.ts.
  const family = namespace as unknown as ObjectNamespace<DurableObjectId, FamilyRpc>;
  const call = <T>(use: (stub: FamilyRpc) => Promise<T>) => callObject(family, familyId, use, hint);
  return {
    admit: (candidates) => call((stub) => stub.admit(candidates)),
    release: (unused) => call((stub) => stub.release(unused)),
    presence: () => call((stub) => stub.presence()),
    heartbeat: (userId, state, source) => call((stub) => stub.heartbeat(userId, state, source)),
    hostPresence: (userIds, until) => call((stub) => stub.hostPresence(userIds, until)),
    returned: (userId, threadId) => call((stub) => stub.returned(userId, threadId)),
    publish: (publications) => call((stub) => stub.publish(publications)),
    limits: (userId) => call((stub) => stub.limits(userId)),
    announce: (publication, candidates) => call((stub) => stub.announce(publication, candidates)),
    disconnectSession: (sessionId) => call((stub) => stub.disconnectSession(sessionId)),
    forgetUser: (userId) => call((stub) => stub.forgetUser(userId)),
    fetch: (request) => call((stub) => stub.fetch(request)),
  };
}
