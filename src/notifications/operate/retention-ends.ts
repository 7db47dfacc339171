import { and, inArray, isNotNull, isNull, notExists, or } from 'drizzle-orm';
import { eq, lt, lte } from '../../db/comparisons.ts';
import { deletePage } from '../../db/delete-page.ts';
import { allOf } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import {
  alerts,
  auditLog,
  carrierTries,
  deadLetters,
  deliveryCounts,
  families,
  fences,
  heldReplies,
  hostPresence,
  inboundTexts,
  linkOpens,
  links,
  moves,
  pauses,
  rateCounters,
  sendingTimes,
  sessions,
  verificationCodes,
} from '../../db/schema.ts';

/** Statements that end what is old: of a store, and of the directory. */
export const ends = {
  links: deletePage(links, (before) => lte(links.expiresAt, before)),
  sessions: deletePage(sessions, (before) => lte(sessions.expiresAt, before)),
  replies: deletePage(heldReplies, (before) => lte(heldReplies.receivedAt, before)),
  counts: deletePage(deliveryCounts, (before) => lte(deliveryCounts.hourAt, before)),
  times: deletePage(sendingTimes, (before) => lte(sendingTimes.hourAt, before)),
  tries: deletePage(carrierTries, (before) => lte(carrierTries.minuteAt, before)),

  counters: deletePage(rateCounters, (before) => lte(rateCounters.expiresAt, before)),
  codes: deletePage(verificationCodes, (before) => lte(verificationCodes.expiresAt, before)),
  // Twilio's signature has no date: a replayed START would count again if its SID were deleted.
  texts: deletePage(inboundTexts, (before) =>
    allOf(inArray(inboundTexts.keyword, ['none', 'help']), lte(inboundTexts.receivedAt, before)),
  ),
  alerts: deletePage(alerts, (before) => lte(alerts.lastAt, before)),
  acts: deletePage(auditLog, (before) => lte(auditLog.at, before)),
  letters: deletePage(deadLetters, (before) =>
    allOf(isNotNull(deadLetters.resolvedAt), lte(deadLetters.resolvedAt, before)),
  ),
  opens: deletePage<string>(linkOpens, (before) => lt(linkOpens.day, before)),
  // As long as a driver of their move could still come back; what has moved away has left no row.
  fences: deletePage(fences, (before) =>
    allOf(
      lte(fences.since, before),
      or(
        eq(fences.state, 'open'),
        and(
          eq(fences.state, 'moved'),
          notExists(q.select({ id: families.id }).from(families).where(eq(families.id, fences.familyId))),
        ),
      )!,
    ),
  ),
  moves: deletePage(moves, (before) => allOf(isNull(moves.wakeAt), lte(moves.startedAt, before))),
  pauses: deletePage(pauses, (before) => lte(pauses.until, before)),
  presence: deletePage(hostPresence, (before) => lte(hostPresence.until, before)),
};
