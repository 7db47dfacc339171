import { SignJWT } from 'jose';

/** A person as the host application's tokens name them. */
export interface HostUser {
  id: string;
  familyId: string;
  name?: string;
}

/** An answer of the API that was not 2xx. */
export class CallError extends Error {
  readonly status: number;
  /** The stable code of contract and OpenAPI document, such as `thread_not_found`. */
  readonly code: string;

  constructor(method: string, path: string, status: number, answer: unknown) {
    const {
      error = 'unknown',
      message = '',
      details = [],
    } = (answer ?? {}) as {
      error?: string;
      message?: string;
      details?: { field?: string; problem?: string }[];
    };
    const problems = details.map(({ field = '', problem = '' }) => ` ${field} ${problem};`).join('');
    super(`${method} ${path} answered ${status} ${error}: ${message}${problems}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = error;
  }
}

/** Calls the API as someone; `T` is the answer's body. @throws CallError */
export type Call = <T = unknown>(method: string, path: string, body?: unknown) => Promise<T>;

/** What a host application's backend holds: the shared secret, and so the right to speak as anyone. */
export interface Host {
  /** Speaks as the application itself: `/api/admin/*`. */
  service: Call;
  /** Speaks as a person. */
  as(user: HostUser): Call;
  /** A bearer token of the application itself. */
  serviceToken(): Promise<string>;
  /** A bearer token of a person, for a client of theirs. */
  token(user: HostUser): Promise<string>;
}

/** Calls the API of an origin with what gives a bearer token. */
export const callWith =
  (origin: string, bearer: () => Promise<string>): Call =>
  async <T>(method: string, path: string, body?: unknown) => {
    const response = await fetch(origin + path, {
      method,
      headers: {
        Authorization: `Bearer ${await bearer()}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? null : JSON.parse(text);
    if (!response.ok) throw new CallError(method, path, response.status, answer);
    return answer as T;
  };

const TOKEN_LIFE = '5m';

/** Plays the host application: the same few lines that a real one needs (see the README). */
export function createHost(origin: string, authSecret: string): Host {
  const key = new TextEncoder().encode(authSecret);
  const sign = (claims: Record<string, string>, subject?: string) => {
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(TOKEN_LIFE);
    return (subject === undefined ? token : token.setSubject(subject)).sign(key);
  };
  const token = ({ id, familyId, name = id }: HostUser) => sign({ familyId, name }, id);
  const serviceToken = () => sign({ scope: 'service' });
  return {
    service: callWith(origin, serviceToken),
    as: (user) => callWith(origin, () => token(user)),
    serviceToken,
    token,
  };
}
