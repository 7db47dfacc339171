import type { LiveUpdate } from '../live.ts';
import { elementOf } from './markup.ts';

type NumberUpdate = Extract<LiveUpdate, { type: 'number' }>;

/** Shows how the carrier treats a phone from now on, when that was set elsewhere too. */
export function showNumber({ id, reception, rcs, contact }: NumberUpdate): void {
  const form = document.querySelector<HTMLFormElement>(`#${CSS.escape(`reception-${id}`)}`);
  const select = form?.querySelector('select');
  const box = form?.querySelector<HTMLInputElement>('input[type=checkbox]');
  if (select) select.value = reception;
  if (box) box.checked = rcs;
  const fresh = elementOf(contact);
  if (fresh) document.getElementById(fresh.id)?.replaceWith(fresh);
}
