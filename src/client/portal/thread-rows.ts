import type { Message } from '../socket-frames.ts';
import { find, findAll } from './dom.ts';

/** How many are unread, in as many words as a badge holds; the server's pages say the same. */
const countWords = (unread: number) => (unread > 99 ? '99+' : String(unread));

/** Whether a message is told of again: edited, or taken back. */
export const isAmended = ({ editedAt, deletedAt }: Message): boolean =>
  editedAt !== null || deletedAt !== null;

const rowOf = (threadId: string) => find(`[data-row="${CSS.escape(threadId)}"]`);

/** Whether the list has a conversation. */
export const hasThreadRow = (threadId: string) => rowOf(threadId) !== null;

/** The title of the page, without the count before it. */
const plainTitle = () => document.title.replace(/^\(\d+\+?\) /, '');

/** Says in the title of the page how much is unread in all conversations. */
export function titleUnread(): void {
  const unread = findAll('[data-row]').reduce((sum, { dataset }) => sum + Number(dataset.unread), 0);
  document.title = unread > 0 ? `(${countWords(unread)}) ${plainTitle()}` : plainTitle();
}

/** Shows at once how much is unread in a conversation; the list that the server sends later says the same. */
export function showUnread(threadId: string, count: (before: number) => number): void {
  const row = rowOf(threadId);
  if (!row) return;
  const unread = Math.max(0, count(Number(row.dataset.unread)));
  row.dataset.unread = String(unread);
  row.classList.toggle('has-unread', unread > 0);
  find('.count', row)?.remove();
  if (unread > 0) {
    const words = Object.assign(document.createElement('span'), { className: 'unseen', textContent: ' new' });
    const badge = Object.assign(document.createElement('span'), { className: 'count' });
    badge.append(countWords(unread), words);
    row.append(badge);
  }
  titleUnread();
}

const isolated = (text: string) => Object.assign(document.createElement('bdi'), { textContent: text });

/**
 * Shows at once what the last words of a conversation are now: edited, or taken back (`null`) by oneself.
 * @returns puts back what stood there, as long as nothing newer does; says whether it did
 */
export function changeLastWords(threadId: string, who: string, words: string | null): () => boolean {
  const row = rowOf(threadId);
  const line = row && find('.thread-last', row);
  if (!line) return () => false;
  const before = [...line.childNodes];
  if (words === null) line.replaceChildren(isolated(who), ' took back a message');
  else {
    const name = document.createElement('b');
    name.append(isolated(`${who}:`));
    line.replaceChildren(name, ' ', isolated(words));
  }
  const shown = line.firstChild;
  return () => {
    const isShown = line.isConnected && line.firstChild === shown;
    if (isShown) line.replaceChildren(...before);
    return isShown;
  };
}

/**
 * Shows at once what was said last in a conversation, which goes to the top of the list.
 * @returns as `changeLastWords` does
 */
export function showLastWords(threadId: string, who: string, words: string): () => boolean {
  const putBack = changeLastWords(threadId, who, words);
  const row = rowOf(threadId);
  if (!row) return putBack;
  const item = row.closest('li');
  const hadFocus = row === document.activeElement;
  item?.parentElement?.prepend(item);
  if (hadFocus) row.focus({ preventScroll: true });
  return putBack;
}
