import * as z from 'zod';
import { preferencesPatch } from '../identity/preferences/preferences-schema.ts';
import { id, instant, line, prose } from '../platform/http/validation.ts';

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
