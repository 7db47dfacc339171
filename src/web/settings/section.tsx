import type { Child } from 'hono/jsx';
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
  const mine = told?.section === id && !told.field ? told : null;
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

/** One of several choices. `required`: one of those with this name has to be chosen. */
export function Radio({
  name,
  value,
  checked,
  words,
  required,
}: {
  name: string;
  value: string;
  checked: boolean;
  words: string;
  required?: boolean;
}) {
  return (
    <label class="choice">
      <input type="radio" name={name} value={value} checked={checked} required={required} />
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
