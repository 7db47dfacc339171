import { Attachments } from './attachments.ts';
import { find, sayAloud, wait } from './dom.ts';
import { postDraft } from './post-draft.ts';
import { type Draft, DraftStore } from './tab-store.ts';

/** Tries by itself this often before it asks the person. */
const TRIES = 4;
/** Characters that a message may have. */
const MOST = 4000;

interface Entry {
  draft: Draft;
  item: HTMLElement;
  /** Could not be sent so far. */
  waits: boolean;
}

/** What the composer needs of the conversation it belongs to. */
export interface ComposerHost {
  main: HTMLElement;
  threadId: string;
  viewerId: string;
  /** Shows what was said since; called after a message was accepted. Never rejects. */
  catchUp(): Promise<void>;
  /** The person is writing. */
  typing(): void;
  /** Brings the newest message into view. */
  toEnd(): void;
  /** These words are on their way, or wait where something could not be sent. */
  sending(words: string, waits: boolean): void;
  /** What was on its way, or waited, was taken away by its person. */
  dropped(): void;
  /** A message with these words was accepted, as this `seq` of the conversation. */
  sent(seq: number, words: string): void;
}

/** An `Idempotency-Key`. Not `randomUUID`, which pages without https lack. */
const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

/** How the list of conversations tells of a message. */
const wordsOf = ({ body }: Draft) => body || '[Attachment]';

/** Sends messages without leaving the page: shown at once, one after the other, repeated under the same key. */
export class ComposerControl {
  readonly #host: ComposerHost;
  readonly #form: HTMLFormElement;
  readonly #body: HTMLTextAreaElement;
  readonly #store: DraftStore;
  readonly #attachments: Attachments;
  readonly #queue: Entry[] = [];
  #sending = false;

  constructor(host: ComposerHost, form: HTMLFormElement) {
    this.#host = host;
    this.#form = form;
    this.#store = new DraftStore(host.viewerId, host.threadId);
    this.#body = find<HTMLTextAreaElement>('textarea', form)!;
    this.#attachments = new Attachments(form, host.threadId);
    // What is pasted must not lose its end without a word: the script counts instead.
    this.#body.removeAttribute('maxlength');
    this.#body.value ||= this.#store.typed;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    form.addEventListener('change', () => this.#note());
    this.#body.addEventListener('input', () => {
      this.#typed();
      if (this.#body.value.trim() !== '') host.typing();
    });
    this.#body.addEventListener('keydown', (event) => {
      // Enter sends where there is a real keyboard; a thumb uses the button. Safari ends a composition with key 229.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      if (!matchMedia('(hover: hover) and (pointer: fine)').matches) return;
      event.preventDefault();
      form.requestSubmit();
    });
    for (const draft of this.#store.read()) this.#add(draft);
    this.#typed();
    void this.run();
  }

  /** Whether something is on its way: its arrival is shown when it is accepted. */
  get sending(): boolean {
    return this.#sending;
  }

  /** Sends what waits, one after the other. */
  async run(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    for (let entry = this.#next(); entry; entry = this.#next()) await this.#send(entry);
    this.#sending = false;
  }

  #next(): Entry | undefined {
    return this.#queue.find(({ item }) => !item.classList.contains('failed'));
  }

  #submit(): void {
    const data = new FormData(this.#form);
    const body = String(data.get('body') ?? '').trim();
    const { fileIds } = this.#attachments;
    if (body === '' && fileIds.length === 0) {
      this.#body.focus();
      return;
    }
    if ([...body].length > MOST) {
      this.#body.focus();
      sayAloud(this.#note());
      return;
    }
    this.#add({ key: newKey(), body, fileIds, urgent: data.has('urgent') });
    this.#tell();
    this.#form.reset();
    this.#attachments.set([]);
    // A draft that the server gave back is the form's default: it must not come again.
    this.#write('');
    this.#host.toEnd();
    void this.run();
  }

  #add(draft: Draft): void {
    const template = find<HTMLTemplateElement>('[data-draft]', this.#host.main)!;
    const item = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
    const entry = { draft, item, waits: false };
    find('[data-text]', item)!.textContent =
      draft.body || (draft.fileIds.length > 1 ? 'Attachments' : 'Attachment');
    item.classList.toggle('urgent', draft.urgent);
    find('[data-retry]', item)!.addEventListener('click', () => {
      this.#release(entry);
      this.#body.focus();
      void this.run();
    });
    find('[data-edit]', item)!.addEventListener('click', () => {
      this.#withdraw(entry);
      this.#attachments.set(draft.fileIds);
      this.#write([draft.body, this.#body.value].filter(Boolean).join('\n'));
    });
    find('[data-drop]', item)!.addEventListener('click', () => {
      this.#withdraw(entry);
      this.#body.focus();
    });
    find('[data-outbox]', this.#host.main)!.append(item);
    this.#queue.push(entry);
    this.#save();
  }

  async #send(entry: Entry): Promise<void> {
    const { draft, item } = entry;
    const state = find('[data-state]', item)!;
    state.textContent = 'Sending …';
    for (let attempt = 0; ; attempt++) {
      const outcome = await postDraft(this.#host.threadId, draft);
      if (outcome.sent) {
        entry.waits = false;
        this.#tell();
        this.#host.sent(outcome.seq, wordsOf(draft));
        await this.#host.catchUp();
        this.#remove(entry);
        sayAloud('Sent');
        return;
      }
      state.textContent = outcome.message;
      this.#waits(entry, true);
      if (!outcome.again || attempt >= TRIES - 1) {
        item.classList.add('failed');
        item.classList.toggle('refused', !outcome.again);
        find('[data-actions]', item)!.hidden = false;
        this.#offerAgain(item, outcome.again ? 0 : (outcome.afterMs ?? 0));
        sayAloud(`Not sent. ${outcome.message}`);
        // What came from another device of one's own meanwhile waited for this one.
        await this.#host.catchUp();
        return;
      }
      await wait(outcome.afterMs ?? 1500 * 2 ** attempt);
    }
  }

  /** Offers to send a refused message again as soon as it may be accepted. */
  #offerAgain(item: HTMLElement, inMs: number): void {
    const retry = find('[data-retry]', item)!;
    retry.hidden = inMs > 0;
    if (inMs > 0) setTimeout(() => (retry.hidden = false), inMs);
  }

  #waits(entry: Entry, waits: boolean): void {
    if (entry.waits === waits) return;
    entry.waits = waits;
    this.#tell();
  }

  /** Says what became of the last words that are not accepted yet. */
  #tell(): void {
    const last = this.#queue.at(-1);
    if (last)
      this.#host.sending(
        wordsOf(last.draft),
        this.#queue.some(({ waits }) => waits),
      );
  }

  /** Takes away what its person does not want to send any more, or not like this. */
  #withdraw(entry: Entry): void {
    this.#remove(entry);
    this.#host.dropped();
    this.#tell();
  }

  /** The connection is back: what it failed is tried again. What the server refused waits for its person. */
  retryFailed(): void {
    for (const entry of this.#queue) {
      if (!entry.item.classList.contains('refused')) this.#release(entry);
    }
    void this.run();
  }

  #release(entry: Entry): void {
    const { item } = entry;
    this.#waits(entry, false);
    item.classList.remove('failed', 'refused');
    find('[data-actions]', item)!.hidden = true;
  }

  #remove(entry: Entry): void {
    entry.item.remove();
    this.#queue.splice(this.#queue.indexOf(entry), 1);
    this.#save();
  }

  #save(): void {
    this.#store.write(this.#queue.map(({ draft }) => draft));
  }

  /** Puts words where one writes, and goes there. */
  #write(words: string): void {
    this.#body.value = words;
    this.#typed();
    this.#body.focus();
  }

  #typed(): void {
    this.#store.typed = this.#body.value;
    this.#note();
    this.#fit();
  }

  /** Says under the words what there is to know about them. @returns the same */
  #note(): string {
    const urgent = new FormData(this.#form).has('urgent');
    const over = [...this.#body.value.trim()].length - MOST;
    this.#form.classList.toggle('is-urgent', urgent);
    this.#body.ariaInvalid = over > 0 ? 'true' : null;
    let words = urgent ? 'Urgent: texts everyone at once who allows it.' : '';
    if (over > 0) words = `Too long by ${over}: a message holds ${MOST} characters. Send it in parts.`;
    find('[data-composer-note]', this.#form)!.textContent = words;
    return words;
  }

  /** Grows with what is written, where the style sheet alone cannot do it. */
  #fit(): void {
    if (CSS.supports('field-sizing', 'content')) return;
    const { style } = this.#body;
    style.height = 'auto';
    style.height = `${this.#body.scrollHeight + 2}px`;
  }
}
