import * as z from 'zod';
import { MINUTE_MS } from '../../platform/time.ts';

/** Largest frame from a client, in bytes. */
export const MAX_FRAME_BYTES = 4096;
const MAX_FRAMES = 20;
const FRAMES_MS = 10_000;
const MAX_FAULTS = 5;
const FAULTS_MS = MINUTE_MS;
const TYPING_MS = 3000;

const clientFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('state'), state: z.enum(['active', 'away']) }),
  z.object({ type: z.literal('typing'), threadId: z.string().min(1).max(200) }),
]);

/** Frames a client may send, besides the bare `ping`. */
export type ClientFrame = z.infer<typeof clientFrame>;

/** Why a frame was refused: the `error` of an error frame. */
export type FrameError =
  | 'invalid_frame'
  | 'too_large'
  | 'unsupported_data'
  | 'rate_limited'
  | 'thread_not_found';

/** Reads a frame, or names what is wrong with it. A binary one arrives as an ArrayBuffer. */
export function readFrame(data: string | ArrayBuffer): ClientFrame | { error: FrameError } {
  if (typeof data !== 'string') return { error: 'unsupported_data' };
  if (byteLength(data) > MAX_FRAME_BYTES) return { error: 'too_large' };
  try {
    const parsed = clientFrame.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : { error: 'invalid_frame' };
  } catch {
    return { error: 'invalid_frame' };
  }
}

function byteLength(text: string): number {
  return text.length > MAX_FRAME_BYTES ? text.length : new TextEncoder().encode(text).byteLength;
}

/** A count within a window that starts at `from` (ms UTC). */
interface WindowCount {
  from: number;
  count: number;
}

/** Rate counters of a socket; kept in its attachment, so that they survive hibernation. */
export interface FrameCounters {
  frames: WindowCount;
  faults: WindowCount;
  /** When typing was last passed on (ms UTC), by thread; of the last 3 s. */
  typing: [threadId: string, at: number][];
}

/** Counters of a new socket. */
export const newFrameCounters = (): FrameCounters => ({
  frames: { from: 0, count: 0 },
  faults: { from: 0, count: 0 },
  typing: [],
});

function add(window: WindowCount, span: number, now: number): WindowCount {
  return now - window.from >= span ? { from: now, count: 1 } : { from: window.from, count: window.count + 1 };
}

/** Counts one frame; `over`: it exceeds the limit of 20 frames in 10 s. */
export function countFrame(counters: FrameCounters, now: number): { counters: FrameCounters; over: boolean } {
  const frames = add(counters.frames, FRAMES_MS, now);
  return { counters: { ...counters, frames }, over: frames.count > MAX_FRAMES };
}

/** Counts one refused frame; `over`: it was the fifth within a minute, and the socket is to be closed. */
export function countFault(counters: FrameCounters, now: number): { counters: FrameCounters; over: boolean } {
  const faults = add(counters.faults, FAULTS_MS, now);
  return { counters: { ...counters, faults }, over: faults.count >= MAX_FAULTS };
}

/** Counts a typing frame; `due`: it is to be passed on, at most once in 3 s per thread. */
export function countTyping(
  counters: FrameCounters,
  threadId: string,
  now: number,
): { counters: FrameCounters; due: boolean } {
  const recent = counters.typing.filter(([, at]) => now - at < TYPING_MS);
  const due = recent.every(([id]) => id !== threadId);
  return { counters: due ? { ...counters, typing: [...recent, [threadId, now]] } : counters, due };
}
