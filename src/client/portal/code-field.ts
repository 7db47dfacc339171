import { find, on } from './dom.ts';

interface OtpRequest extends CredentialRequestOptions {
  otp: { transport: ['sms'] };
}

const FIELD = 'input[autocomplete="one-time-code"]';
const DIGITS = 6;

/** The digits of what was typed, those of other scripts' keyboards too: full-width ones. */
const digitsOf = (text: string) => text.normalize('NFKC').replace(/\D/g, '');

/** The only six digits in a row, or three and three, of a text with other words; null where there are none or several. */
function codeIn(text: string): string | null {
  const found = new Set(
    [...text.matchAll(/(?<!\d)(\d{3})[\s-]?(\d{3})(?!\d)/g)].map(([, first, last]) => `${first}${last}`),
  );
  const [code] = found;
  return /\p{L}/u.test(text) && found.size === 1 ? code! : null;
}

let pending: AbortController | null = null;

/** A code field sends itself at its last digit, typed, pasted or filled in; what else is typed there waits for the button. */
export function sendWholeCodes(): void {
  on('input', FIELD, (_, element) => {
    const input = element as HTMLInputElement;
    if (digitsOf(input.value).length === DIGITS) input.form?.requestSubmit();
  });
  // Whoever pastes the whole text means the code in it.
  on<ClipboardEvent>('paste', FIELD, (event, element) => {
    const code = codeIn(event.clipboardData?.getData('text') ?? '');
    if (code === null) return;
    event.preventDefault();
    const input = element as HTMLInputElement;
    input.value = code;
    input.form?.requestSubmit();
  });
}

/** Lets Android's Chrome hand over the code that was just texted (WICG WebOTP); iOS offers it by itself. */
export function offerTextedCode(within: ParentNode): void {
  const input = find<HTMLInputElement>(FIELD, within);
  if (!input) return;
  input.focus();
  if (!('OTPCredential' in window)) return;
  pending?.abort();
  pending = new AbortController();
  const request: OtpRequest = { otp: { transport: ['sms'] }, signal: pending.signal };
  navigator.credentials.get(request).then(
    (credential) => {
      if (!credential || !('code' in credential) || typeof credential.code !== 'string') return;
      input.value = credential.code;
      input.form?.requestSubmit();
    },
    () => {
      // Refused, timed out, or replaced by a newer request: the person types the code.
    },
  );
}
