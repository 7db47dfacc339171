async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const fields = [...new FormData(form, submitter)].map(([name, value]) => [name, String(value)]);
  await fetch(form.action, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(fields),
  });
}

/** Sends the page's forms without leaving it; what they change comes back as an update. */
export function liveForms(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !('live' in form.dataset)) return;
    event.preventDefault();
    const input = form.querySelector<HTMLInputElement>('input[name=body]');
    if (input && input.value.trim() === '') return input.focus();
    void send(form, event.submitter);
    if (input) input.value = '';
  });
  document.addEventListener('change', (event) => {
    const form = event.target instanceof Element ? event.target.closest('form') : null;
    if (form && 'auto' in form.dataset) void send(form, null);
  });
}
