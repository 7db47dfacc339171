import { findLink, type Link } from '../links/find-link.ts';
import { findByToken } from '../links/magic-link.ts';
import type { Deps } from '../platform/deps.ts';

/** One of the addresses of a link: its path, the fields of its form, and the link itself. */
export interface LinkAddress {
  /** Path and query that the app would be opened with. */
  appPath: string;
  /** Where the button posts to, and the fields that say which link is meant. */
  action: string;
  fields: Record<string, string>;
  /** The thread that the address itself names. */
  namedThread: string | null;
  /** What the address carries. Only codes can be guessed; `bare`: neither code nor token. */
  kind: 'code' | 'token' | 'bare';
  link: Link | null;
}

type LinkAddressDeps = Pick<Deps, 'config' | 'db' | 'now'>;

/** `/l/:code` @throws when a database fails */
export async function codeAddress({ db }: LinkAddressDeps, code: string): Promise<LinkAddress> {
  const path = `/l/${encodeURIComponent(code)}`;
  const link = await findLink(db, code);
  return { appPath: path, action: path, fields: {}, namedThread: null, kind: 'code', link };
}

/**
 * `/magic?token=` and `/ul/thread/:threadId?mt=`; a token for another thread than the named one is none.
 * @throws when a database fails
 */
export async function tokenAddress(
  deps: LinkAddressDeps,
  token: string,
  namedThread: string | null,
): Promise<LinkAddress> {
  const found = token === '' ? null : await findByToken(deps, token);
  const link = namedThread === null || found?.threadId === namedThread ? found : null;
  const path = `/ul/thread/${encodeURIComponent(namedThread ?? link?.threadId ?? '')}`;
  return {
    appPath: token === '' ? path : `${path}?mt=${encodeURIComponent(token)}`,
    action: '/magic',
    fields: { token },
    namedThread,
    kind: token === '' ? 'bare' : 'token',
    link,
  };
}
