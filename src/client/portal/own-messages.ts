import { bringIntoSight, find, on, sayAloud } from './dom.ts';
import { ifReached, reach, readAnswer, readRefusal, UNREACHED_WORDS } from './reach.ts';

/** Characters that a message may have. */
const MOST = 4000;
/** How long the answer that is for good lies dead: it may come up under the finger that asked, and tap counts are not told everywhere. */
const SECOND_TAP_MS = 500;

/** What changing one's own messages needs of the conversation. */
export interface OwnMessagesHost {
  threadId: string;
  /** Shows messages as they are now. */
  refresh(seqs: number[]): Promise<void>;
  /** A message has other words now, or none (`null`). @returns puts back what the list showed */
  changed(seq: number, words: string | null): () => void;
}

const button = (words: string, type: 'button' | 'submit') =>
  Object.assign(document.createElement('button'), { type, className: 'button small', textContent: words });

/** The message of a menu, which stays when its message is read anew. */
const itemOf = (menu: HTMLElement) => menu.closest<HTMLElement>('.msg')!;

/** Editing and taking back what one has said oneself. */
export class OwnMessages {
  readonly #host: OwnMessagesHost;

  constructor(host: OwnMessagesHost) {
    this.#host = host;
    // Without the script these buttons lead to a page with a form.
    on('click', '[data-edit-own]', (event, element) => {
      event.preventDefault();
      void this.#edit(element.closest('details')!);
    });
    on('click', '[data-take-back]', (event, element) => {
      event.preventDefault();
      this.#ask(element.closest('details')!, element.parentElement!);
    });
  }

  #url(item: HTMLElement): string {
    const { threadId } = this.#host;
    return `/api/threads/${encodeURIComponent(threadId)}/messages/${encodeURIComponent(item.dataset.id ?? '')}`;
  }

  /** Asks the API. @returns why it did not work, null when it did */
  async #send(item: HTMLElement, method: 'PATCH' | 'DELETE', body?: object): Promise<string | null> {
    const asked = () =>
      fetch(this.#url(item), {
        method,
        headers: { 'Content-Type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(20_000),
      });
    const response = await ifReached(reach(asked));
    if (!response) return UNREACHED_WORDS;
    if (!response.ok) return await readRefusal(response, 'That did not work. Wait a moment and try again.');
    await response.body?.cancel(); // An answer that nobody reads holds its connection.
    return null;
  }

  /** Taking back is for everybody and for good: it is asked once more. */
  #ask(menu: HTMLDetailsElement, body: HTMLElement): void {
    const [before, question] = [[...body.childNodes], document.createElement('p')];
    question.textContent = 'Take it back for everyone? That cannot be undone.';
    const [yes, no] = [button('Yes, take it back', 'button'), button('No', 'button')];
    yes.classList.add('danger');
    const restore = () => {
      if (menu.open) return;
      menu.classList.remove('asking');
      body.replaceChildren(...before);
      menu.removeEventListener('toggle', restore);
    };
    const ask = () => {
      menu.classList.add('asking'); // Below its message, which stays in sight.
      body.replaceChildren(question, yes, no);
      yes.inert = true;
      setTimeout(() => (yes.inert = false), SECOND_TAP_MS);
      menu.open = true;
      menu.addEventListener('toggle', restore);
      no.focus({ preventScroll: true }); // A key that is held down does no harm.
      bringIntoSight(body); // The question with its answers.
    };
    ask();
    no.addEventListener('click', () => {
      menu.open = false;
      restore(); // Now: the event comes later, and does not when the menu is opened again meanwhile.
      find('summary', menu)?.focus();
    });
    yes.addEventListener('click', async ({ detail }) => {
      if (detail > 1) return; // A slow second tap of a trembling finger, where the first one asked.
      const item = itemOf(menu);
      const putBack = this.#showGone(item, menu);
      const failure = await this.#send(item, 'DELETE');
      sayAloud(failure ?? 'Taken back');
      if (failure) {
        putBack();
        question.textContent = failure;
        ask();
      } else await this.#host.refresh([Number(item.dataset.seq)]);
    });
  }

  /** Shows at once that a message is taken back; the line may be slow. @returns puts it back */
  #showGone(item: HTMLElement, menu: HTMLElement): () => void {
    const bubble = find('.bubble', item)!;
    const before = [...bubble.childNodes];
    const isUrgent = item.classList.contains('urgent');
    const words = document.createElement('p');
    words.className = 'text gone';
    words.textContent = 'You took back a message';
    const restoreList = this.#host.changed(Number(item.dataset.seq), null);
    bubble.replaceChildren(...[words, find('.when', bubble)].filter((each) => each !== null));
    item.classList.remove('urgent');
    menu.hidden = true;
    find('[data-log]')?.focus({ preventScroll: true }); // What had the focus is not there any more.
    return () => {
      bubble.replaceChildren(...before);
      item.classList.toggle('urgent', isUrgent);
      menu.hidden = false;
      restoreList();
    };
  }

  /** Puts a field in the place of the words, which it holds as they were written. */
  async #edit(menu: HTMLDetailsElement): Promise<void> {
    menu.open = false;
    const seq = Number(itemOf(menu).dataset.seq);
    const written = await this.#read(seq);
    if (written === null) {
      sayAloud(UNREACHED_WORDS);
      return;
    }
    const item = itemOf(menu);
    const words = find('.text', item);
    if (!words || !menu.isConnected) return; // Taken back meanwhile, on another device.
    const form = Object.assign(document.createElement('form'), { className: 'edit' });
    const field = document.createElement('textarea');
    field.value = written;
    field.dir = 'auto';
    field.ariaLabel = 'Your message';
    const note = document.createElement('p');
    note.className = 'form-failure';
    note.role = 'alert';
    const [save, cancel] = [button('Save', 'submit'), button('Cancel', 'button')];
    save.classList.add('go');
    form.append(field, note, save, cancel);
    words.replaceWith(form);
    field.focus();
    bringIntoSight(form);
    const close = () => {
      form.replaceWith(words);
      find('summary', menu)?.focus();
    };
    cancel.addEventListener('click', close);
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') close();
    });
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const body = field.value.trim();
      if (body === written) return close();
      if ([...body].length > MOST) note.textContent = `A message holds ${MOST} characters.`;
      else if (body === '') note.textContent = 'Write a few words, or take the message back.';
      else {
        // Shown at once; the line may be slow.
        const shown = words.cloneNode() as HTMLElement;
        shown.textContent = body;
        form.replaceWith(shown);
        find('summary', menu)?.focus();
        const restoreList = this.#host.changed(seq, body);
        const failure = await this.#send(item, 'PATCH', { body });
        if (failure) {
          restoreList();
          note.textContent = failure;
          find('.text', itemOf(menu))?.replaceWith(form);
          field.focus();
          return;
        }
        sayAloud('Saved');
        await this.#host.refresh([seq]);
      }
    });
  }

  /** A message's words as they were written; null when they could not be read. */
  async #read(seq: number): Promise<string | null> {
    const path = `/api/threads/${encodeURIComponent(this.#host.threadId)}/messages?limit=1&before=${seq + 1}`;
    const response = await ifReached(reach(() => fetch(path, { signal: AbortSignal.timeout(20_000) })));
    if (!response) return null;
    const { messages } = (await readAnswer(response)) as { messages?: { seq: number; body: string }[] };
    return messages?.find((message) => message.seq === seq)?.body ?? null;
  }
}
