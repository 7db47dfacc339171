import { find, sayAloud } from './dom.ts';

/** Files that a message may have. */
const MOST = 10;

/** What the host's picker says when files were chosen. */
interface Picked {
  type: 'attachments';
  fileIds: string[];
}

const isPicked = (data: unknown): data is Picked =>
  typeof data === 'object' &&
  data !== null &&
  'type' in data &&
  data.type === 'attachments' &&
  'fileIds' in data &&
  Array.isArray(data.fileIds) &&
  data.fileIds.every((id) => typeof id === 'string');

/** The files of the message that is being written, chosen in a window of the host's (docs/portal.md). */
export class Attachments {
  readonly #field: HTMLInputElement;
  readonly #list: HTMLElement;
  #picker: Window | null = null;

  constructor(form: HTMLFormElement, threadId: string) {
    this.#field = find<HTMLInputElement>('[name=files]', form)!;
    this.#list = find('[data-picked]', form)!;
    const button = find('[data-pick]', form);
    if (button) this.#offer(button, threadId);
    this.set(this.fileIds);
  }

  /** Ids of the chosen files. */
  get fileIds(): string[] {
    return this.#field.value
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean);
  }

  /** Chooses these, and shows them. */
  set(fileIds: string[]): void {
    this.#field.value = fileIds.join(',');
    this.#list.replaceChildren(...fileIds.map((id) => this.#item(id)));
  }

  #item(id: string): HTMLElement {
    const item = document.createElement('li');
    const name = Object.assign(document.createElement('bdi'), { textContent: id });
    const remove = Object.assign(document.createElement('button'), {
      type: 'button',
      className: 'link-button',
      textContent: 'Remove',
      ariaLabel: `Remove ${id}`,
    });
    remove.addEventListener('click', () => {
      this.set(this.fileIds.filter((each) => each !== id));
      this.#field.form?.querySelector('textarea')?.focus();
    });
    item.append(name, remove);
    return item;
  }

  /** Files are chosen in the host's window, which answers to this page alone. */
  #offer(button: HTMLElement, threadId: string): void {
    const url = new URL(button.dataset.pick ?? '');
    url.searchParams.set('origin', location.origin);
    url.searchParams.set('thread', threadId);
    button.hidden = false;
    button.addEventListener('click', () => {
      this.#picker = window.open(url, 'fcs-attachments', 'popup,width=480,height=640');
    });
    window.addEventListener('message', ({ origin, source, data }) => {
      if (origin !== url.origin || source !== this.#picker || !isPicked(data)) return;
      const chosen = [...new Set([...this.fileIds, ...data.fileIds])].slice(0, MOST);
      this.set(chosen);
      this.#picker?.close();
      button.closest('details')?.removeAttribute('open');
      sayAloud(`${chosen.length} attached`);
    });
  }
}
