import { find, hasUnsaved, isLeaving, on } from './dom.ts';

/** What a form sends: as it stands, with the button that sends it, if one does. */
export function fieldsOf(form: HTMLFormElement, submitter: HTMLElement | null = null): URLSearchParams {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) {
    if (typeof value === 'string') body.append(name, value);
  }
  return body;
}

/** What a form would have sent as the page was written: what is saved. */
export function savedForm(form: HTMLFormElement): URLSearchParams {
  const copy = form.cloneNode(true) as HTMLFormElement;
  copy.reset();
  return fieldsOf(copy);
}

/** Makes the Undo of a part that says it was saved put back what was there before, and save that. */
export function offerUndo(region: HTMLElement, before: URLSearchParams): void {
  const button = find<HTMLButtonElement>('button[data-undo]', region);
  const form = button?.form;
  if (!button || !form) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    for (const field of form.elements) {
      if (field instanceof HTMLInputElement && /checkbox|radio/.test(field.type)) {
        field.checked = before.getAll(field.name).includes(field.value);
      } else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
        field.value = before.get(field.name) ?? field.value;
      }
    }
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'undo', value: '1' }));
    form.requestSubmit();
  });
}

/**
 * Forms with `data-autosave` are sent as soon as something in them is switched or chosen. A field with `data-waits`,
 * where one choice asks for more, waits for the button and says that it does. Nothing that is not saved is left
 * without a question.
 */
export function saveByThemselves(): void {
  on('change', 'form[data-autosave]', (event, element) => {
    const form = element as HTMLFormElement;
    const field = event.target as HTMLElement;
    if (field.dataset.waits === undefined) form.requestSubmit();
    else form.dataset.unsaved = '';
  });
  addEventListener('beforeunload', (event) => {
    if (!isLeaving() && hasUnsaved()) event.preventDefault();
  });
}
