import type { SelectResultFields } from 'drizzle-orm/query-builders/select.types';
import * as z from 'zod';
import { VIAS } from '../db/column-values.ts';
import { messages, users } from '../db/schema.ts';
import { iso, isoOrNull, namedSchema, timestamp } from '../platform/http/validation.ts';

/** A message as the API gives it. */
export const messageSchema = namedSchema('Message', () =>
  z.object({
    id: z.string(),
    threadId: z.string(),
    seq: z.int().describe('Gapless in its thread, from 1.'),
    authorId: z.string(),
    authorName: z.string(),
    body: z.string(),
    fileIds: z.array(z.string()),
    urgent: z.boolean(),
    via: z.enum(VIAS),
    createdAt: timestamp,
    editedAt: timestamp.nullable().describe('When its author last edited it.'),
    deletedAt: timestamp
      .nullable()
      .describe('When it was taken back; its words and files are gone, its place stays.'),
  }),
);

/** See {@link messageSchema}. */
export type MessageJson = z.infer<ReturnType<typeof messageSchema>>;

/** What is read of a message: of `messages`, with its author joined as `users`. */
export const messageColumns = {
  id: messages.id,
  threadId: messages.threadId,
  seq: messages.seq,
  authorId: messages.authorId,
  authorName: users.name,
  body: messages.body,
  fileIds: messages.fileIds,
  urgent: messages.urgent,
  via: messages.via,
  createdAt: messages.createdAt,
  editedAt: messages.editedAt,
  deletedAt: messages.deletedAt,
};

/** A message as the database gives it, with {@link messageColumns}. */
type MessageRow = SelectResultFields<typeof messageColumns>;

/** Converts a row to the API's form. */
export function toMessage(row: MessageRow): MessageJson {
  return {
    id: row.id,
    threadId: row.threadId,
    seq: row.seq,
    authorId: row.authorId,
    authorName: row.authorName,
    body: row.body,
    fileIds: JSON.parse(row.fileIds),
    urgent: row.urgent,
    via: row.via,
    createdAt: iso(row.createdAt),
    editedAt: isoOrNull(row.editedAt),
    deletedAt: isoOrNull(row.deletedAt),
  };
}
