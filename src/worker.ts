import { consumeMoves, sweepMoves } from './admin/moves.ts';
import { createApp } from './app.ts';
import { retrying } from './db/retry.ts';
import { consumeEvents, reportDeadEvents, sweepEvents } from './events/event-queue.ts';
import { FamilyObject } from './family/family.ts';
import { type FamilyDeps, familySettings } from './family/family-deps.ts';
import { endedSockets, memberIds, writeLastSeen } from './family/records.ts';
import { rescheduleOf } from './notifications/deliveries/outbox.ts';
import { recordDeadLetters } from './notifications/operate/dead-letters.ts';
import { consumeSweeps, sweepAll } from './notifications/operate/sweep.ts';
import { consumeBatch } from './notifications/send/consumer.ts';
import { type DeliveryFacts, decide, policySettings } from './notifications/send/policy.ts';
import { type Bindings, createDeps, type Deps } from './platform/deps.ts';
import { familyClient } from './platform/family/family-client.ts';
import { consoleLog, errorFields } from './platform/log.ts';
import { BudgetObject } from './platform/pace/budget-object.ts';
import { budgetClient } from './platform/pace/pace-clients.ts';
import { SenderObject } from './platform/pace/sender-object.ts';
import type { BudgetWarning } from './platform/pace/service-budget.ts';
import { mountRoutes } from './routes.ts';

/** The queues of wrangler.toml beside those of deliveries. */
const CONSUMERS: Record<string, (deps: Deps, batch: MessageBatch<unknown>) => Promise<void>> = {
  'fcs-deliveries-dead': recordDeadLetters,
  'fcs-events': consumeEvents,
  'fcs-events-dead': reportDeadEvents,
  'fcs-moves': consumeMoves,
  'fcs-sweeps': consumeSweeps,
};

/** The dependencies of one invocation. @throws ConfigError */
function depsOf(env: Bindings, ctx: Pick<ExecutionContext, 'waitUntil'>, log = consoleLog()): Deps {
  const deps: Deps = createDeps(
    env,
    (work) => ctx.waitUntil(work.catch((error) => deps.log.error('afterwards.failed', errorFields(error)))),
    familyClient,
    log,
  );
  return deps;
}

const app = createApp(depsOf);
mountRoutes(app);

/** The Durable Object of a family; its dependencies on higher rungs are injected here. */
export class Family extends FamilyObject<Bindings> {
  protected override createHost(): FamilyDeps {
    const deps = depsOf(this.env, this.ctx);
    const { config, db, now, log } = deps;
    const caps = { hourly: config.SMS_SERVICE_HOURLY_CAP, daily: config.SMS_SERVICE_DAILY_CAP };
    const hasCaps = caps.hourly > 0 || caps.daily > 0;
    const policy = policySettings(config);
    return {
      settings: familySettings(config),
      lease: hasCaps ? (request) => budgetClient(this.env.BUDGET).lease(request, caps) : null,
      now,
      log,
      // Facts only ever come from our own Worker, which loaded them as DeliveryFacts.
      decide: (facts, family, at) => decide(facts as DeliveryFacts, family, policy, at),
      membersOf: (familyId, threadId) => memberIds(db.forFamily(familyId), familyId, threadId),
      endedSockets: (familyId, sockets) => endedSockets(db.forFamily(familyId), familyId, sockets, now()),
      reportDepartures: async (familyId, departures) => {
        // With them: deliveries that waited because they were online are picked up by the next sweep.
        const userIds = JSON.stringify(departures.map(({ userId }) => userId));
        await retrying(() =>
          db.forFamily(familyId).batch({
            lastSeen: writeLastSeen(familyId, departures),
            rescheduled: rescheduleOf({ userIds, until: now() }),
          }),
        );
      },
    };
  }
}

/** The Durable Object of the service's budget. */
export class ServiceBudget extends BudgetObject<Bindings> {
  protected override warn({ kind, message }: BudgetWarning): Promise<void> {
    return depsOf(this.env, this.ctx).alert(kind, message);
  }
}

/** The Durable Object of a sender: how fast it may go. */
export class SenderPace extends SenderObject<Bindings> {}

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),
  queue: (batch, env, ctx) => {
    const deps = depsOf(env, ctx);
    const consumer = CONSUMERS[batch.queue] ?? consumeBatch;
    return consumer(deps, batch);
  },
  scheduled: async (_, env, ctx) => {
    const deps = depsOf(env, ctx);
    await Promise.all([sweepAll(deps), sweepEvents(deps), sweepMoves(deps)]);
  },
} satisfies ExportedHandler<Bindings>;
