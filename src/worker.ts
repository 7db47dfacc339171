import { createApp } from './app.ts';
import { retrying } from './db/retry.ts';
import { type FamilyHost, FamilyObject } from './family/family.ts';
import { memberIds, writeLastSeen } from './family/records.ts';
import { presenceEndpoints } from './family/routes.ts';
import { familySettings } from './family/settings.ts';
import { linkEndpoints } from './links/endpoints.ts';
import { mountAssociation } from './links/well-known.ts';
import { type DeliveryFacts, decide } from './notifications/policy.ts';
import { type Bindings, createDeps, type Deps } from './platform/deps.ts';
import { mount } from './platform/endpoint.ts';
import { familyClient } from './platform/family-client.ts';
import { errorFields } from './platform/log.ts';
import { mountLinkPages } from './web/link-pages.ts';
import { mountPages } from './web/pages.ts';

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
mount(app, presenceEndpoints);
mount(app, linkEndpoints);
mountAssociation(app);
mountLinkPages(app);
mountPages(app);

/** One object a family; what it needs of the rungs above it is put in here. */
export class Family extends FamilyObject<Bindings> {
  protected override createHost(): FamilyHost {
    const deps = depsOf(this.env, this.ctx);
    const { config, db, now, log } = deps;
    const policy = {
      expiryMs: config.SMS_EXPIRY_SECONDS * 1000,
      presentRecheckMs: config.PRESENT_RECHECK_SECONDS * 1000,
    };
    return {
      settings: familySettings(config),
      now,
      log,
      // The facts come from our own Worker, which is their only source.
      judge: (facts, family, at) => decide(facts as DeliveryFacts, family, policy, at),
      membersOf: (familyId, threadId) => memberIds(db.forFamily(familyId), familyId, threadId),
      left: (familyId, departures) =>
        retrying(() => writeLastSeen(db.forFamily(familyId), familyId, departures)),
    };
  }
}

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),
} satisfies ExportedHandler<Bindings>;
