import { findAll } from './dom.ts';

const two = (n: number) => String(n).padStart(2, '0');

/** `0:58`, or `2:00:00` with hours. */
function clock(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}

/** Until when the last code that was sent keeps another from being sent; ms UTC by this device's clock. */
let until = 0;

/**
 * Buttons with `data-words` ask for another code: with `data-wait` (seconds), or while the wait of the one before is
 * not over, they count down before they can be pressed.
 */
export function countDown(within: ParentNode): void {
  for (const button of findAll<HTMLButtonElement>('button[data-words]', within)) {
    if (button.dataset.wait) until = Date.now() + Number(button.dataset.wait) * 1000;
    const { words = '' } = button.dataset;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? `${words} in ${clock(left)}` : words;
      if (left > 0 && button.isConnected) setTimeout(tick, 500);
    };
    tick();
  }
}
