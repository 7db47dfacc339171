import { DurableObject } from 'cloudflare:workers';
import { createApp } from './app.ts';
import { decide } from './notifications/policy.ts';
import { type Bindings, createDeps, type Deps } from './platform/deps.ts';
import type { Admission, Candidate, FamilyRpc } from './platform/family-rpc.ts';
import { errorFields } from './platform/log.ts';

const familyClient = (namespace: DurableObjectNamespace, familyId: string): FamilyRpc =>
  namespace.get(namespace.idFromName(familyId)) as unknown as FamilyRpc;

/** The dependencies of one invocation. @throws ConfigError */
function depsOf(env: Bindings, ctx: Pick<ExecutionContext, 'waitUntil'>): Deps {
  const deps: Deps = createDeps(
    env,
    (work) => ctx.waitUntil(work.catch((error) => deps.log.error('afterwards.failed', errorFields(error)))),
    familyClient,
  );
  return deps;
}

const app = createApp(depsOf);

/** One object a family. */
export class Family extends DurableObject<Bindings> {
  async admit(candidates: Candidate[]): Promise<Admission[]> {
    const settings = { expiryMs: 86_400_000, presentRecheckMs: 0 };
    const family = {
      presence: 'offline' as const,
      windowUntil: null,
      userCapUntil: null,
      familyCapUntil: null,
    };
    return candidates.map(({ deliveryId, facts }) => ({
      deliveryId,
      verdict: decide(facts as never, family, settings, Date.now()),
      lastToday: false,
    }));
  }
}

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),
} satisfies ExportedHandler<Bindings>;
