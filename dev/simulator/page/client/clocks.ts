/** Keeps the clocks on the phones right. */
export function tickClocks(): void {
  const format = new Intl.DateTimeFormat('en-US', { hour: 'numeric', minute: '2-digit' });
  setInterval(() => {
    for (const clock of document.querySelectorAll('.clock')) clock.textContent = format.format(Date.now());
  }, 10_000);
}
