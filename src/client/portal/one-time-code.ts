import { find } from './dom.ts';

interface OtpRequest extends CredentialRequestOptions {
  otp: { transport: ['sms'] };
}

let pending: AbortController | null = null;

/** Lets Android's Chrome hand over the code that was just texted (WICG WebOTP); iOS offers it by itself. */
export function offerTextedCode(within: ParentNode): void {
  const input = find<HTMLInputElement>('input[autocomplete="one-time-code"]', within);
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
