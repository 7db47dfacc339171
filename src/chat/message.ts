import * as z from 'zod/mini';
import { sql } from '../db/sql.ts';
import { iso, timestamp } from '../platform/http/validation.ts';

/** A message as the API gives it. */
export const messageSchema = z.object({
  id: z.string(),
  threadId: z.string(),
  seq: z.int().check(z.describe('Gapless in its thread, from 1.')),
  authorId: z.string(),
  authorName: z.string(),
  body: z.string(),
  fileIds: z.array(z.string()),
  urgent: z.boolean(),
  via: z.enum(['app', 'sms']),
  createdAt: timestamp,
});

/** See {@link messageSchema}. */
export type MessageJson = z.infer<typeof messageSchema>;

/** A message as the database gives it, with {@link messageColumns}. */
export interface MessageRow {
  id: string;
  threadId: string;
  seq: number;
  authorId: string;
  authorName: string;
  body: string;
  fileIds: string;
  urgent: number;
  via: 'app' | 'sms';
  createdAt: number;
}

/** The columns of a {@link MessageRow}: `msg` is the message, `a` its author. */
export const messageColumns = sql.raw(`msg.id AS id, msg.thread_id AS threadId, msg.seq AS seq,
  msg.author_id AS authorId, a.name AS authorName, msg.body AS body, msg.file_ids AS fileIds,
  msg.urgent AS urgent, msg.via AS via, msg.created_at AS createdAt`);

/** The API's form of a row. */
export function toMessage(row: MessageRow): MessageJson {
  return {
    id: row.id,
    threadId: row.threadId,
    seq: row.seq,
    authorId: row.authorId,
    authorName: row.authorName,
    body: row.body,
    fileIds: JSON.parse(row.fileIds),
    urgent: row.urgent === 1,
    via: row.via,
    createdAt: iso(row.createdAt),
  };
}
