/** Shows faults that were set elsewhere: in another window, or by a test. */
export function setFaults(values: Readonly<Record<string, string>>, summary: string): void {
  const place = document.querySelector('.panel .summary');
  if (place && place.textContent !== summary) place.textContent = summary;
  const form = document.querySelector<HTMLFormElement>('form.faults');
  for (const [name, value] of Object.entries(values)) {
    const field = form?.elements.namedItem(name);
    if (field instanceof RadioNodeList || field instanceof HTMLSelectElement) field.value = value;
  }
}
