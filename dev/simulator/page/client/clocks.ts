import { cornerClock } from '../format.ts';

/** Keeps the clocks on the phones right. */
export function tickClocks(): void {
  setInterval(() => {
    for (const clock of document.querySelectorAll('.clock')) clock.textContent = cornerClock(Date.now());
  }, 10_000);
}
