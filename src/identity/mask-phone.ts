/** A number as its owner recognises it: `+1••••••0123` for +12025550123; never more than its last four digits. */
export function maskPhone(e164: string): string {
  const shown = e164.slice(-4);
  return `${e164.slice(0, 2)}${'•'.repeat(Math.max(0, e164.length - 2 - shown.length))}${shown}`;
}
