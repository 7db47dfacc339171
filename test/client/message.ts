import type { Message } from '../../src/client/socket-frames.ts';

/** A message of Rosa's in the thread `thr`, which says its own number. */
export const message = (seq: number): Message => ({
  id: `msg${seq}`,
  threadId: 'thr',
  seq,
  authorId: 'rosa',
  authorName: 'Rosa',
  body: `${seq}`,
  fileIds: [],
  urgent: false,
  via: 'app',
  createdAt: '2026-01-01T00:00:00.000Z',
  editedAt: null,
  deletedAt: null,
});
