import { announce, find, on } from './dom.ts';

/** Characters that a message may have. */
const MOST = 4000;

/** What changing one's own messages needs of the conversation. */
export interface OwnMessagesHost {
  threadId: string;
  /** Shows messages as they are now. */
  refresh(seqs: number[]): Promise<void>;
}

const UNREACHED = 'We could not reach the service. Check your connection and try again.';
const button = (words: string, type: 'button' | 'submit') =>
  Object.assign(document.createElement('button'), { type, className: 'button small', textContent: words });

/** Editing and taking back what one has said oneself. */
export class OwnMessages {
  readonly #host: OwnMessagesHost;

  constructor(host: OwnMessagesHost) {
    this.#host = host;
    // Without the script these buttons lead to a page with a form.
    on('click', '[data-edit-own]', (event, element) => {
      event.preventDefault();
      void this.#edit(element.closest('.msg')!);
    });
    on('click', '[data-take-back]', (event, element) => {
      event.preventDefault();
      this.#ask(element.closest('.msg')!, element);
    });
  }

  #url(item: HTMLElement): string {
    const { threadId } = this.#host;
    return `/api/threads/${encodeURIComponent(threadId)}/messages/${encodeURIComponent(item.dataset.id ?? '')}`;
  }

  /** Asks the API. @returns why it did not work, null when it did */
  async #send(item: HTMLElement, method: 'PATCH' | 'DELETE', body?: object): Promise<string | null> {
    let response: Response;
    try {
      response = await fetch(this.#url(item), {
        method,
        headers: { 'Content-Type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(20_000),
      });
    } catch {
      return UNREACHED;
    }
    if (!response.ok) {
      const answer: unknown = await response.json().catch(() => null); // Not ours: said in general words below.
      const known = typeof answer === 'object' && answer !== null && 'message' in answer;
      return known ? String(answer.message) : 'That did not work. Wait a moment and try again.';
    }
    await response.body?.cancel(); // An answer that nobody reads holds its connection.
    return null;
  }

  /** Taking back is for everybody and for good: it is asked once more. */
  #ask(item: HTMLElement, first: HTMLElement): void {
    const menu = first.closest('details')!;
    const body = first.parentElement!;
    const [before, question] = [[...body.childNodes], document.createElement('p')];
    question.textContent = 'For everyone, and for good?';
    const [yes, no] = [button('Yes, take it back', 'button'), button('No', 'button')];
    yes.classList.add('danger');
    body.replaceChildren(question, yes, no);
    yes.focus();
    const restore = () => body.replaceChildren(...before);
    menu.addEventListener('toggle', restore, { once: true });
    no.addEventListener('click', () => {
      menu.open = false;
      find('summary', menu)?.focus();
    });
    yes.addEventListener('click', async () => {
      yes.ariaBusy = 'true';
      const failure = await this.#send(item, 'DELETE');
      yes.ariaBusy = null;
      if (failure) question.textContent = failure;
      announce(failure ?? 'Taken back');
      if (!failure) await this.#host.refresh([Number(item.dataset.seq)]);
    });
  }

  /** Puts a field in the place of the words, which it holds as they were written. */
  async #edit(item: HTMLElement): Promise<void> {
    const words = find('.text', item);
    const menu = find<HTMLDetailsElement>('[data-own-menu]', item);
    if (!words || !menu) return;
    menu.open = false;
    const written = await this.#read(Number(item.dataset.seq));
    if (written === null) {
      announce(UNREACHED);
      return;
    }
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
        const failure = await this.#send(item, 'PATCH', { body });
        if (failure) {
          note.textContent = failure;
          shown.replaceWith(form);
          field.focus();
          return;
        }
        announce('Saved');
        const wasHere = find(`#${item.id}`)?.contains(document.activeElement);
        await this.#host.refresh([Number(item.dataset.seq)]);
        if (wasHere) find(`#${item.id} [data-own-menu] summary`)?.focus();
      }
    });
  }

  /** A message's words as they were written; null when they could not be read. */
  async #read(seq: number): Promise<string | null> {
    try {
      const path = `/api/threads/${encodeURIComponent(this.#host.threadId)}/messages?limit=1&before=${seq + 1}`;
      const response = await fetch(path, { signal: AbortSignal.timeout(20_000) });
      const { messages }: { messages?: { seq: number; body: string }[] } = await response.json();
      return messages?.find((message) => message.seq === seq)?.body ?? null;
    } catch {
      return null; // No connection, or no answer of ours.
    }
  }
}
