import type { Message } from './api-types.ts';

export type { Message };

/** A thread that was created or renamed, has other members, or was muted or unmuted by oneself. */
export interface ThreadChange {
  id: string;
  title: string;
  members: { id: string; name: string }[];
}

/** What a client sends, beside the bare text `ping` every 20 s, which is answered by `pong`. */
export type ClientFrame = { type: 'state'; state: 'active' | 'away' } | { type: 'typing'; threadId: string };

/** What the server sends (contract, section 5). */
export type ServerFrame =
  | { type: 'snapshot'; online: { userId: string; state: 'online' | 'away' }[] }
  | { type: 'presence'; userId: string; state: 'online' | 'away' | 'offline' }
  | { type: 'message'; threadId: string; message: Message }
  | { type: 'read'; threadId: string; userId: string; seq: number }
  | { type: 'typing'; threadId: string; userId: string }
  | { type: 'thread'; thread: ThreadChange }
  | { type: 'error'; error: string };

const TYPES = ['snapshot', 'presence', 'message', 'read', 'typing', 'thread', 'error'];

/** Reads a frame; null for one that this client does not know, which it ignores. */
export function readServerFrame(data: unknown): ServerFrame | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    const type = typeof frame === 'object' && frame !== null && 'type' in frame ? frame.type : null;
    return typeof type === 'string' && TYPES.includes(type) ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}
