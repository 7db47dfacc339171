import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile, type Usage, usageOf } from '../figures.ts';
import type { Carrier } from './carrier.ts';
import { closedLoop, openLoop } from './client.ts';
import type { Sample } from './rows.ts';
import { FAMILY_SIZE, type Subject } from './subject.ts';

const TEXTS = FAMILY_SIZE - 1;
const POSTS = { warm: 60, alone: 100, together: 400, paced: 120, slow: 40, backlog: 200, slowBacklog: 60 };
const IN_FLIGHT = 64;
const A_SECOND = 20;
const SLOW_MS = 100;
const STOPS = 300;
const SOCKETS = [200, 1000] as const;
/** Opened at once. */
const OPENING = 50;
/** An object that has only sleeping sockets leaves memory after ten seconds. */
const ASLEEP_MS = 15_000;

const totalCpu = ({ cpu }: Usage) => [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0);
const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
/** ms each of what took seconds together. */
const each = (seconds: number, count: number) => (seconds * 1000) / count;

/** One round of all that is measured, of one subject; the posts go on where the round before has ended. */
export class Round {
  readonly #subject: Subject;
  readonly #carrier: Carrier;
  /** The next post, STOP and socket of the subject. */
  #post: number;
  readonly #number: number;

  /** @param number which round of the subject, from 0 */
  constructor(subject: Subject, carrier: Carrier, number: number) {
    this.#subject = subject;
    this.#carrier = carrier;
    this.#number = number;
    this.#post = number * Object.values(POSTS).reduce((sum, posts) => sum + posts);
  }

  /** @throws Error when something is refused or texts do not come */
  async run(): Promise<Sample> {
    await this.#texted(POSTS.warm, (from) => this.#posts(from, POSTS.warm, 4));
    const alone = await this.#alone();
    const together = await this.#together();
    const [textMedian, textHigh] = await this.#paced(POSTS.paced, 0);
    const [slowMedian, slowHigh] = await this.#paced(POSTS.slow, SLOW_MS);
    return {
      ...alone,
      ...together,
      textMedian,
      textHigh,
      slowMedian,
      slowHigh,
      backlog: await this.#backlog(POSTS.backlog, 0),
      slowBacklog: await this.#backlog(POSTS.slowBacklog, SLOW_MS),
      ...(await this.#stops()),
      ...(await this.#sockets()),
    };
  }

  #posts(from: number, count: number, inFlight: number): Promise<number[]> {
    return closedLoop(count, inFlight, (n) => this.#subject.post(from + n));
  }

  /** Does something that makes so many posts, and waits for their texts. */
  async #texted<T>(posts: number, work: (from: number) => Promise<T>): Promise<T> {
    const from = this.#post;
    this.#post += posts;
    this.#carrier.forget();
    const result = await work(from);
    await this.#carrier.answered(posts * TEXTS);
    return result;
  }

  async #alone(): Promise<Sample> {
    const times = sorted(await this.#texted(POSTS.alone, (from) => this.#posts(from, POSTS.alone, 1)));
    return { aloneMedian: percentile(times, 0.5), aloneHigh: percentile(times, 0.99) };
  }

  async #together(): Promise<Sample> {
    const posts = POSTS.together;
    const before = await usageOf(this.#subject.pid);
    const began = performance.now();
    const postedMs = await this.#texted(posts, async (from) => {
      await this.#posts(from, posts, IN_FLIGHT);
      return performance.now() - began;
    });
    const textedMs = performance.now() - began;
    const after = await usageOf(this.#subject.pid);
    const cpuOf = (name: string) => each((after.cpu.get(name) ?? 0) - (before.cpu.get(name) ?? 0), posts);
    return {
      postsASecond: each(posts, postedMs),
      textsASecond: each(posts * TEXTS, textedMs),
      cpuAPost: each(totalCpu(after) - totalCpu(before), posts),
      cpuNode: cpuOf('node'),
      cpuRuntime: cpuOf('workerd'),
    };
  }

  /** From each post to each of its texts at the carrier: the median and the 99th percentile, ms. */
  async #paced(posts: number, latency: number): Promise<[number, number]> {
    const began = new Map<string, number>();
    this.#carrier.setLatency(latency);
    await this.#texted(posts, (from) =>
      openLoop(posts, A_SECOND, async (n) => {
        for (const phone of this.#subject.phonesOf(from + n)) began.set(phone, performance.now());
        await this.#subject.post(from + n);
      }),
    );
    this.#carrier.setLatency(0);
    const times = sorted(this.#carrier.arrivals().map(({ to, at }) => at - began.get(to)!));
    return [percentile(times, 0.5), percentile(times, 0.99)];
  }

  /** Texts a second of what has gathered while the carrier was silent. */
  async #backlog(posts: number, latency: number): Promise<number> {
    this.#carrier.setLatency(latency);
    this.#carrier.hold();
    let letGoAt = 0;
    await this.#texted(posts, async (from) => {
      await this.#posts(from, posts, IN_FLIGHT);
      letGoAt = performance.now();
      this.#carrier.letGo();
    });
    this.#carrier.setLatency(0);
    return each(posts * TEXTS, Math.max(...this.#carrier.answers()) - letGoAt);
  }

  async #stops(): Promise<Sample> {
    const before = await usageOf(this.#subject.pid);
    const began = performance.now();
    await closedLoop(STOPS, 16, (n) => this.#subject.stop(this.#number * STOPS + n));
    const ms = performance.now() - began;
    const after = await usageOf(this.#subject.pid);
    return {
      stops: each(STOPS, ms),
      cpuAStop: each(totalCpu(after) - totalCpu(before), STOPS),
    };
  }

  /** The second thousand's memory and processor: a runtime keeps what the first have made it take. */
  async #sockets(): Promise<Sample> {
    const [few, many] = SOCKETS;
    const open: WebSocket[] = [];
    const openUpTo = async (count: number) => {
      const from = open.length;
      await closedLoop(count - from, OPENING, async (n) =>
        open.push(await this.#subject.openSocket(from + n)),
      );
    };
    await openUpTo(few);
    await pause(ASLEEP_MS);
    const first = await usageOf(this.#subject.pid);
    await openUpTo(many);
    const opened = await usageOf(this.#subject.pid);
    await pause(ASLEEP_MS);
    const last = await usageOf(this.#subject.pid);
    const closed = open.map((socket) => new Promise((resolve) => socket.addEventListener('close', resolve)));
    for (const socket of open) socket.close(1000);
    await Promise.all(closed);
    return {
      memoryOfSockets: ((last.memory - first.memory) / (many - few)) * 1000,
      cpuASocket: each(totalCpu(opened) - totalCpu(first), many - few),
    };
  }
}
