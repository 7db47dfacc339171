import type { Child } from 'hono/jsx';
import { once } from '../platform/once.ts';
import type { PageContext } from './answer.tsx';
import { preferredRegion } from './reader-clock.ts';

/** A country whose numbers we may text. */
export interface CountryChoice {
  /** ISO 3166-1 alpha-2. */
  code: string;
  name: string;
}

/** What a field for a number needs to know. */
export interface PhoneChoices {
  countries: CountryChoice[];
  /** Code of the country in which a number without a country code is read. */
  country: string;
}

/** Names of countries; made with the first page that has such a field, since it takes milliseconds. */
const names = once(() => new Intl.DisplayNames('en', { type: 'region' }));

/**
 * The countries of a field for a number (`SMS_ALLOWED_COUNTRIES`), with the one that was chosen in a form; before
 * that, with the one that the browser's language names, or the first.
 */
export function phoneChoices(c: PageContext, chosen: string | null = null): PhoneChoices {
  const codes = c.var.deps.config.SMS_ALLOWED_COUNTRIES;
  const wished = chosen ?? preferredRegion(c.req.header('Accept-Language'));
  return {
    countries: codes.map((code) => ({ code, name: names().of(code) ?? code })),
    country: wished !== null && codes.includes(wished) ? wished : (codes[0] ?? 'US'),
  };
}

/** A number as it was typed, and as one where it can be one; what it must be is judged further down. */
export function typedNumber(c: PageContext, form: URLSearchParams): { typed: string; phone: string } {
  // `tel:` of a link, `Mobile:` of a list of contacts.
  const typed = (form.get('phone') ?? '').slice(0, 200).replace(/^\s*\p{L}[\p{L}.\s]{0,20}:\s*/u, '');
  const { country } = phoneChoices(c, form.get('country'));
  return { typed, phone: c.var.deps.phones.normalizeTyped(typed, country) ?? typed };
}

/** Numbers of these countries are written like the example. */
const LIKE_EXAMPLE = ['US', 'CA'];

/**
 * A field for a mobile number, with the country in which it is read beside it. A number with a country code may be
 * pasted whatever the country says.
 */
export function PhoneField({
  id,
  label,
  value,
  choices: { countries, country },
  described,
  children,
}: {
  id: string;
  label: string;
  value?: string | undefined;
  choices: PhoneChoices;
  /** What the input says of its hint or error. */
  described: { 'aria-invalid'?: 'true' | undefined; 'aria-describedby'?: string | undefined };
  /** Hint and error, below the field. */
  children?: Child;
}) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="phone-line">
        {countries.length > 1 && (
          <select name="country" aria-label="Country of the number" autocomplete="country">
            {countries.map(({ code, name }) => (
              <option value={code} selected={code === country}>
                {name}
              </option>
            ))}
          </select>
        )}
        <input
          id={id}
          name="phone"
          type="tel"
          inputmode="tel"
          autocomplete="tel"
          required
          value={value}
          placeholder={
            countries.every(({ code }) => LIKE_EXAMPLE.includes(code)) ? '(202) 555-0123' : undefined
          }
          {...described}
        />
      </div>
      {countries.length === 1 && <p class="hint">A number from {countries[0]?.name}.</p>}
      {children}
    </div>
  );
}
