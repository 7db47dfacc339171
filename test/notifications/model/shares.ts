import type { Bench } from './bench.ts';

/** The smallest cap that is shared. */
const SHARED_FROM = 20;

/** How many texts of a cap ordinary messages may take, and those of one author; of a small cap all. */
export const sharesOf = (cap: number): { ordinary: number; author: number } =>
  cap < SHARED_FROM
    ? { ordinary: cap, author: cap }
    : { ordinary: cap - Math.ceil(cap / 10), author: Math.ceil(cap / 3) };

/** Whose message a text is about. */
export const authorOf = (bench: Bench, { thread, seq }: { thread: string | null; seq: number | null }) =>
  bench.messages.find((message) => message.thread === thread && message.seq === seq)?.author;
