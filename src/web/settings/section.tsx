import type { Child } from 'hono/jsx';
import { Icon } from '../icons.tsx';
import { Notice } from '../layout.tsx';
import type { SectionId, SettingsView } from './settings-data.ts';

/** A part of the settings page: its heading, what its form was answered with, and what is in it. */
export function Section({
  id,
  title,
  state,
  lead,
  told,
  poll,
  children,
}: {
  id: SectionId;
  title: string;
  /** A pill beside the heading. */
  state?: Child;
  lead?: Child;
  told: SettingsView['told'];
  /** Address to read the part from again, until it no longer says so. */
  poll?: string | undefined;
  children?: Child;
}) {
  const mine = told?.section === id && !told.field && !told.saved ? told : null;
  return (
    <section class="card setting" id={id} aria-labelledby={`${id}-title`} data-region data-poll={poll}>
      <header class="setting-head">
        <h2 id={`${id}-title`} tabindex={-1} data-next={told?.next === id ? '' : undefined}>
          {title}
        </h2>
        {state}
      </header>
      {lead && <p class="setting-lead">{lead}</p>}
      {mine && <Notice tone={mine.tone}>{mine.words}</Notice>}
      {children}
    </section>
  );
}

/**
 * The end of a form that saves itself (`data-autosave`): says that it did, and takes it back. Without the script,
 * and while something waits to be saved, the button that saves.
 */
export function SaveRow({
  section,
  told,
  words = 'Save',
}: {
  section: SectionId;
  told: SettingsView['told'];
  words?: string;
}) {
  const saved = told?.section === section ? told.saved : undefined;
  return (
    <div class="save-row">
      <p class="not-saved">Not saved yet.</p>
      <button class="button go" type="submit">
        {words}
      </button>
      {saved && (
        <p class="saved" role="status">
          <Icon name="check" />
          {told?.words}
        </p>
      )}
      {saved === 'now' && (
        <button class="link-button" type="button" data-undo hidden>
          Undo
        </button>
      )}
    </div>
  );
}

/** One of several choices. `required`: one of those with this name has to be chosen. */
export function Radio({
  name,
  value,
  checked,
  words,
  required,
  waits,
}: {
  name: string;
  value: string;
  checked: boolean;
  words: string;
  required?: boolean;
  /** Choosing it asks for more, so that nothing is saved yet. */
  waits?: boolean;
}) {
  return (
    <label class="choice">
      <input
        type="radio"
        name={name}
        value={value}
        checked={checked}
        required={required}
        data-waits={waits ? '' : undefined}
      />
      <span>{words}</span>
    </label>
  );
}

/** The sentence beside a field that was refused; null for other fields. */
export function FieldError({ told, field }: { told: SettingsView['told']; field: string }) {
  if (told?.field !== field) return null;
  return (
    <p class="error" id={`${field}-error`} role="alert">
      {told.words}
    </p>
  );
}

/** What an input says of its error to assistive technology. */
export const invalid = (told: SettingsView['told'], field: string) =>
  told?.field === field ? { 'aria-invalid': 'true' as const, 'aria-describedby': `${field}-error` } : {};
