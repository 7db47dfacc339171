import * as z from 'zod';
import { isBlank } from '../../platform/characters.ts';
import { AppError } from '../../platform/errors.ts';
import { check } from '../../platform/http/body.ts';
import { id, prose } from '../../platform/http/validation.ts';

/** What the form under a conversation holds, as it was typed. */
export interface MessageDraft {
  body: string;
  urgent: boolean;
  files: string;
}

const schema = z.object({ body: prose(4000), fileIds: z.array(id).max(10) });

/** Reads the form as it was typed, to give it back when something is wrong. */
export const readDraft = (form: URLSearchParams): MessageDraft => ({
  // Browsers send a textarea's line ends as CRLF.
  body: (form.get('body') ?? '').replace(/\r\n?/g, '\n').trim(),
  urgent: form.get('urgent') === '1',
  files: (form.get('files') ?? '').slice(0, 2200),
});

/** Checks a draft as the API does. @throws AppError `empty_message`, `invalid_request` */
export function checkDraft({ body, files }: MessageDraft): { body: string; fileIds: string[] } {
  const fileIds = files
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (isBlank(body) && fileIds.length === 0) {
    throw new AppError('empty_message', 'Write a few words first.');
  }
  if ([...body].length > 4000)
    throw new AppError('invalid_request', 'At most 4,000 characters fit into a message.');
  if (fileIds.length > 10) throw new AppError('invalid_request', 'At most ten attachments fit on a message.');
  return check(schema, { body, fileIds }, 'body');
}
