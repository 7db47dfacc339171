import { setTimeout as pause } from 'node:timers/promises';
import type { Host } from '../host.ts';
import { draw } from '../simulator/draw.ts';
import type { Cast, Member } from './cast.ts';
import { rest } from './rest.ts';

/** A message that somebody wanted to post, and what they know of it. */
export interface Post {
  /** The Idempotency-Key, and part of the words. */
  key: string;
  threadId: string;
  familyId: string;
  author: Member;
  body: string;
  /** `acknowledged`: 201. `refused`: a 4xx. `unknown`: no answer, or a 5xx, and given up. */
  outcome: 'acknowledged' | 'refused' | 'unknown';
  /** The ids in all its 201 answers: one, or something is wrong. */
  messageIds: Set<string>;
  /** Every status that was answered; 0 is none. */
  answers: number[];
}

/** Where the posters post, and when they should wait. */
export interface Target {
  origin: string;
  host: Host;
  cast: Cast;
  /** Resolves when the stack is up. */
  up: () => Promise<void>;
}

const TIMEOUT_MS = 8000;
/** Of the posts whose answer was lost, so many are given up; the others are repeated until there is an answer. */
const GIVEN_UP = 0.15;
/** So many are sent twice at the same time, under one key. */
const DOUBLED = 0.1;
const URGENT = 0.03;

/** One request. @returns the status, 0 when there was no answer */
async function attempt(target: Target, post: Post, urgent: boolean): Promise<number> {
  try {
    const answer = await fetch(`${target.origin}/api/threads/${post.threadId}/messages`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${await target.host.token(post.author)}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': post.key,
      },
      body: JSON.stringify({ body: post.body, urgent }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const json = (await answer.json()) as { message?: { id: string } };
    if (answer.status === 201 && json.message) post.messageIds.add(json.message.id);
    return answer.status;
  } catch {
    return 0; // Refused, reset, timed out or cut off in the middle: no answer, whatever became of the message.
  }
}

/** Posts until there is an answer, or gives up when chance says so. */
async function insist(target: Target, post: Post, seed: number): Promise<void> {
  const urgent = draw(seed, `${post.key}:urgent`) < URGENT;
  for (let tries = 0; ; tries++) {
    const doubled = draw(seed, `${post.key}:${tries}:doubled`) < DOUBLED;
    const requests = Array.from({ length: doubled ? 2 : 1 }, () => attempt(target, post, urgent));
    const statuses = await Promise.all(requests);
    post.answers.push(...statuses);
    const refusal = statuses.find((status) => status >= 400 && status < 500);
    if (statuses.includes(201)) post.outcome = 'acknowledged';
    else if (refusal !== undefined) post.outcome = 'refused';
    if (post.outcome !== 'unknown') return;
    if (draw(seed, `${post.key}:${tries}:gives up`) < GIVEN_UP) return;
    await target.up();
    await pause(100); // A client's own patience; the stack may be up and still busy.
  }
}

/**
 * Posts one message after the other, until the signal; what it posts, where and how patiently depends on seed and
 * number alone.
 * @param every least and most ms between two posts
 * @param posts where each post is added when it begins
 */
export async function runPoster(
  target: Target,
  { seed, number, every }: { seed: number; number: number; every: readonly [number, number] },
  posts: Post[],
  over: AbortSignal,
): Promise<void> {
  for (let n = 0; !over.aborted; n++) {
    const key = `post-${number}-${n}`;
    const pick = <T>(from: readonly T[], what: string): T =>
      from[Math.floor(draw(seed, `${key}:${what}`) * from.length)]!;
    const thread = pick(target.cast.threads, 'thread');
    const post: Post = {
      key,
      threadId: thread.id,
      familyId: thread.familyId,
      author: pick(thread.members, 'author'),
      body: `Words of ${key}`,
      outcome: 'unknown',
      messageIds: new Set(),
      answers: [],
    };
    posts.push(post);
    await insist(target, post, seed);
    await rest(every[0] + (every[1] - every[0]) * draw(seed, `${key}:rest`), over);
  }
}
