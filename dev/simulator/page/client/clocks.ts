import { clock, cornerClock, when } from '../format.ts';

/** Keeps the clocks on the phones right: those of the browser, which may be elsewhere than the machine of the simulator. */
export function tickClocks(): void {
  const tick = () => {
    for (const corner of document.querySelectorAll('.clock')) corner.textContent = cornerClock(Date.now());
  };
  tick();
  setInterval(tick, 10_000);
  writeTimes(document);
}

/** Writes the times in some markup by the browser's clock; days of older texts where the list shows them. */
export function writeTimes(within: ParentNode): void {
  for (const time of within.querySelectorAll<HTMLTimeElement>('time[datetime]')) {
    const at = Date.parse(time.dateTime);
    time.textContent = time.closest('.row') ? when(at, Date.now()) : clock(at);
  }
}
