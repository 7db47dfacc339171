import { findAll } from './dom.ts';

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** Buttons with `data-wait` (seconds) count down before they can be pressed. */
export function countDown(within: ParentNode): void {
  for (const button of findAll<HTMLButtonElement>('button[data-wait]', within)) {
    const until = Date.now() + Number(button.dataset.wait) * 1000;
    const words = button.dataset.words ?? button.textContent ?? '';
    delete button.dataset.wait;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? `${words} in ${clock(left)}` : words;
      if (left > 0 && button.isConnected) setTimeout(tick, 500);
    };
    tick();
  }
}
