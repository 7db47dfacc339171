import { find, on } from './dom.ts';

interface OtpRequest extends CredentialRequestOptions {
  otp: { transport: ['sms'] };
}

const FIELD = 'input[autocomplete="one-time-code"]';
const DIGITS = 6;

let pending: AbortController | null = null;

/** A code field sends itself at its last digit, typed, pasted or filled in; what else is typed there waits for the button. */
export function sendWholeCodes(): void {
  on('input', FIELD, (_, element) => {
    const input = element as HTMLInputElement;
    if (input.value.replace(/\D/g, '').length === DIGITS) input.form?.requestSubmit();
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
