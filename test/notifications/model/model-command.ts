import type fc from 'fast-check';
import type { Bench } from './bench.ts';
import { checkBench } from './invariants.ts';

/** One thing that happens to a family, after which every promise must hold. */
export class ModelCommand implements fc.AsyncCommand<object, Bench> {
  readonly words: string;
  readonly happen: (bench: Bench) => Promise<unknown>;

  constructor(words: string, happen: (bench: Bench) => Promise<unknown>) {
    this.words = words;
    this.happen = happen;
  }
  check(): boolean {
    return true;
  }
  async run(_: object, bench: Bench): Promise<void> {
    await this.happen(bench);
    await checkBench(bench);
  }
  toString(): string {
    return this.words;
  }
}
