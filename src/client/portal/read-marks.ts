import { fetchPage, find, findAll, wait } from './dom.ts';
import { ifReached } from './reach.ts';

/** After a message of one's own: when to look again who was told, in milliseconds. */
const LOOK_AGAIN = [1500, 4000, 10_000, 30_000, ...Array<number>(10).fill(60_000)];
/** Of one's own newest messages, so many are followed. */
const FOLLOWED = 5;

const seenMark = (userId: string) => `[data-seen-by="${CSS.escape(userId)}"]`;

/** Who has read, and who was told of, the messages of a conversation. */
export class ReadMarks {
  readonly #path: string;
  readonly #items: HTMLElement;
  #round = 0;

  constructor(path: string, items: HTMLElement) {
    this.#path = path;
    this.#items = items;
  }

  /** Whoever wrote has read: before it is shown, their picture goes from where it was. */
  clearFor(item: HTMLElement): void {
    const readers = findAll('[data-seen-by]', item).map(({ dataset }) => dataset.seenBy);
    for (const id of [...readers, item.dataset.author]) {
      if (id) find(seenMark(id), this.#items)?.remove();
    }
  }

  /** Somebody has read up to a message: their picture moves there. */
  seen(userId: string, seq: number): void {
    const item = find(`#m-${seq}`, this.#items);
    const mark = find(seenMark(userId), this.#items);
    if (item && item.dataset.author !== userId && mark) find('.seen', item)?.append(mark);
    else mark?.remove();
    void this.#refresh(findAll('.own[data-seq]', this.#items));
  }

  /** Follows who is told of one's own newest messages, until everybody is, or for ten minutes. A new call takes over. */
  async follow(): Promise<void> {
    const round = ++this.#round;
    for (const ms of LOOK_AGAIN) {
      await wait(ms);
      if (round !== this.#round) return;
      const open = findAll('.own:has(.told[data-open])', this.#items);
      if (open.length === 0) return;
      if (document.visibilityState !== 'hidden') await this.#refresh(open);
    }
  }

  /** Reads the newest of these messages again. */
  async #refresh(items: HTMLElement[]): Promise<void> {
    const seqs = items.slice(-FOLLOWED).map(({ dataset }) => dataset.seq);
    if (seqs.length === 0) return;
    // No connection: the next look, or the next reader, asks again.
    const read = await ifReached(fetchPage(`${this.#path}/items?at=${seqs.join(',')}`));
    if (read?.response.ok) for (const fresh of findAll('[data-seq]', read.page)) this.#put(fresh);
  }

  #put(fresh: HTMLElement): void {
    const stale = find(`#${fresh.id}`, this.#items);
    if (!stale) return;
    const told = find<HTMLDetailsElement>('.told', stale);
    const newTold = find<HTMLDetailsElement>('.told', fresh);
    // Not while somebody is on it: the focus would be lost.
    if (told && newTold && !told.contains(document.activeElement)) {
      newTold.open = told.open;
      told.replaceWith(newTold);
    }
    for (const { dataset } of findAll('[data-seen-by]', fresh)) {
      for (const mark of findAll(seenMark(dataset.seenBy ?? ''), this.#items)) mark.remove();
    }
    find('.seen', stale)?.replaceChildren(...(find('.seen', fresh)?.childNodes ?? []));
  }
}
