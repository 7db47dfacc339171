import { announce, find, wait } from './dom.ts';
import { type Draft, OutboxStore, post } from './outbox.ts';

/** Tries by itself this often before it asks the person. */
const TRIES = 4;

interface Entry {
  draft: Draft;
  item: HTMLElement;
}

/** What the composer needs of the conversation it belongs to. */
export interface ComposerHost {
  main: HTMLElement;
  threadId: string;
  /** Shows what was said since; called after a message was accepted. */
  catchUp(): Promise<void>;
  /** The person is writing. */
  typing(): void;
  /** Brings the newest message into view. */
  toEnd(): void;
}

const newKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;

/** Sends messages without leaving the page: shown at once, one after the other, repeated under the same key. */
export class Composer {
  readonly #host: ComposerHost;
  readonly #form: HTMLFormElement;
  readonly #body: HTMLTextAreaElement;
  readonly #store: OutboxStore;
  readonly #queue: Entry[] = [];
  #sending = false;

  constructor(host: ComposerHost, form: HTMLFormElement) {
    this.#host = host;
    this.#form = form;
    this.#store = new OutboxStore(host.threadId);
    this.#body = find<HTMLTextAreaElement>('textarea', form)!;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    form.addEventListener('change', () => this.#showUrgent());
    this.#body.addEventListener('input', () => {
      this.#fit();
      if (this.#body.value.trim() !== '') host.typing();
    });
    this.#body.addEventListener('keydown', (event) => {
      // Enter sends where there is a real keyboard; a thumb uses the button.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      if (!matchMedia('(hover: hover) and (pointer: fine)').matches) return;
      event.preventDefault();
      form.requestSubmit();
    });
    for (const draft of this.#store.read()) this.#add(draft);
    this.#fit();
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
    const fileIds = String(data.get('files') ?? '')
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean);
    if (body === '' && fileIds.length === 0) {
      this.#body.focus();
      return;
    }
    this.#add({ key: newKey(), body, fileIds, urgent: data.has('urgent') });
    this.#form.reset();
    // A draft that the server gave back is the form's default: it must not come again.
    this.#body.value = '';
    this.#showUrgent();
    this.#fit();
    this.#body.focus();
    this.#host.toEnd();
    void this.run();
  }

  #add(draft: Draft): void {
    const template = find<HTMLTemplateElement>('[data-draft]', this.#host.main)!;
    const item = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
    const entry = { draft, item };
    find('[data-text]', item)!.textContent =
      draft.body || (draft.fileIds.length > 1 ? 'Attachments' : 'Attachment');
    item.classList.toggle('urgent', draft.urgent);
    find('[data-retry]', item)!.addEventListener('click', () => {
      item.classList.remove('failed');
      find('[data-actions]', item)!.hidden = true;
      this.#body.focus();
      void this.run();
    });
    find('[data-drop]', item)!.addEventListener('click', () => {
      this.#remove(entry);
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
      const outcome = await post(this.#host.threadId, draft);
      if (outcome.sent) {
        await this.#host.catchUp().catch(() => undefined); // Its own next event or reconnection shows it.
        this.#remove(entry);
        announce('Sent');
        return;
      }
      state.textContent = outcome.message;
      if (!outcome.again || attempt >= TRIES - 1) {
        item.classList.add('failed');
        find('[data-actions]', item)!.hidden = false;
        announce(`Not sent. ${outcome.message}`);
        // What came from another device of one's own meanwhile waited for this one.
        await this.#host.catchUp().catch(() => undefined);
        return;
      }
      await wait(outcome.afterMs ?? 1500 * 2 ** attempt);
    }
  }

  /** Failed ones are tried again, for instance when the connection is back. */
  retryFailed(): void {
    for (const { item } of this.#queue) {
      item.classList.remove('failed');
      find('[data-actions]', item)!.hidden = true;
    }
    void this.run();
  }

  #remove(entry: Entry): void {
    entry.item.remove();
    this.#queue.splice(this.#queue.indexOf(entry), 1);
    this.#save();
  }

  #save(): void {
    this.#store.write(this.#queue.map(({ draft }) => draft));
  }

  #showUrgent(): void {
    const urgent = new FormData(this.#form).has('urgent');
    this.#form.classList.toggle('is-urgent', urgent);
    find('[data-composer-note]', this.#form)!.textContent = urgent
      ? 'Urgent: texts everyone at once who allows it.'
      : '';
  }

  /** Grows with what is written, where the style sheet alone cannot do it. */
  #fit(): void {
    if (CSS.supports('field-sizing', 'content')) return;
    const { style } = this.#body;
    style.height = 'auto';
    style.height = `${this.#body.scrollHeight + 2}px`;
  }
}
