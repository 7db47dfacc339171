import * as z from 'zod';
import { preferencesPatch } from '../identity/preferences/preferences-schema.ts';
import { id, instant, line, prose } from '../platform/http/validation.ts';
import { isTimeZone } from '../platform/time.ts';

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'should be an IANA time zone such as America/New_York');
/** Any e-mail address that the host accepts, including other scripts (RFC 6531) and single-label hosts. */
const email = z
  .email({ pattern: /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u })
  .max(254)
  .refine((text) => text.isWellFormed());

/** Consent that the host has recorded. */
export const recordedConsent = z.object({
  at: instant.describe('When it was given'),
  source: line(60).describe('Where, in your words'),
  version: line(60).describe('Of the wording that was shown'),
});

/** A person's preferences as the host changes them. */
export const hostPreferences = preferencesPatch
  .omit({ consentVersion: true })
  .extend({ consent: recordedConsent.optional().describe('Needed with `smsEnabled: true`') });

/** A message as the host posts it on behalf of one of its people. */
export const hostMessage = z.object({
  authorId: id,
  body: prose(4000).default(''),
  fileIds: z.array(id).max(10).default([]),
  urgent: z.boolean().default(false),
  id: id.optional().describe('Your own id; a repeat with the same id makes no second message'),
  createdAt: instant.optional().describe('When it was written; now when absent'),
  silent: z
    .boolean()
    .default(false)
    .describe('History: nobody is texted, it counts as read, and its author may have left the thread'),
});

/** A family as the host mirrors it; an absent field keeps what is there. */
export const familyMirror = z.object({ name: line(120).optional(), timeZone: timeZone.nullish() });

/** A person as the host mirrors it; an absent field keeps what is there. */
export const userMirror = z.object({
  familyId: id.optional().describe('Needed the first time; a person cannot move'),
  name: line(120).optional(),
  email: email.nullish().describe('Accepted and not kept: nothing here has a use for it'),
  phone: z
    .string()
    .max(200)
    .nullish()
    .describe('E.164; null takes it away. One that is no number does not refuse the other fields'),
  phoneVerifiedAt: instant.nullish(),
  smsConsent: recordedConsent.optional().describe('For the number in `phone`, without which it is refused'),
  timeZone: timeZone.nullish(),
});

/** A thread as the host mirrors it; an absent field keeps what is there. */
export const threadMirror = z.object({
  familyId: id.optional().describe('Needed the first time; a thread cannot move'),
  title: line(120).optional(),
  memberIds: z.array(id).max(200).optional(),
});
