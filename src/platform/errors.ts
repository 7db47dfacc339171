/** The HTTP status of each code. */
const STATUS = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  thread_not_found: 404,
  message_not_found: 404,
  user_not_found: 404,
  family_not_found: 404,
  session_not_found: 404,
  delivery_not_found: 404,
  link_not_found: 404,
  key_not_found: 404,
  event_not_found: 404,
  alert_not_found: 404,
  events_off: 409,
  link_expired: 410,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_conflict: 409,
  phone_in_use: 409,
  phone_unverified: 409,
  second_sign_needed: 403,
  carrier_opted_out: 409,
  not_dead: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  sms_unavailable: 502,
  unavailable: 503,
  invalid_phone: 400,
  country_not_allowed: 400,
  no_code: 400,
  expired: 400,
  invalid: 400,
  empty_message: 400,
};

/** Every code that an answer can carry in `error`. Stable: callers branch on them. */
export type ErrorCode = keyof typeof STATUS;

/** Further parts of an error answer. */
export interface ErrorExtras {
  /** One entry per fault of the input. */
  details?: unknown[];
  /** Further fields beside `error` and `message`, such as `attemptsLeft`. */
  fields?: Record<string, unknown>;
  /** The methods that the address takes; becomes `Allow`. */
  allow?: string;
  /** Seconds until a repeat may succeed; becomes `Retry-After`. */
  retryAfterSeconds?: number;
}

/** An error with a stable code and a sentence that says what to do about it. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly extras: ErrorExtras;

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.extras = extras;
  }

  /** The HTTP status that belongs to the code. */
  get status(): number {
    return STATUS[this.code];
  }

  /** The answer's body: `{error, message, details?}` and what else the code carries. */
  toJSON(): Record<string, unknown> {
    const { details, fields } = this.extras;
    return { error: this.code, message: this.message, ...(details ? { details } : {}), ...fields };
  }

  /** The answer's headers: `Retry-After` where a wait helps, `Allow` where another method does. */
  headers(): Record<string, string> {
    const { retryAfterSeconds: seconds, allow } = this.extras;
    return {
      ...(seconds === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) }),
      ...(allow === undefined ? {} : { Allow: allow }),
    };
  }
}

/** 429 with the exact wait, in seconds. */
export const rateLimited = (message: string, retryAfterSeconds: number): AppError =>
  new AppError('rate_limited', message, { retryAfterSeconds });
