/** What a part of the service API is for; a token or key may open some of them. */
export const SERVICE_SCOPES = ['mirror', 'post', 'read', 'magic', 'ops'] as const;

/** See {@link SERVICE_SCOPES}. */
export type ServiceScope = (typeof SERVICE_SCOPES)[number];

const isServiceScope = (text: string): text is ServiceScope =>
  (SERVICE_SCOPES as readonly string[]).includes(text);

/**
 * Reads the claim `scope` of a token of the host application (space-separated, RFC 8693 §4.2): `service` opens
 * everything, `service:mirror service:post`, or shorter `service:mirror post`, a part. Pure.
 * @returns null for a claim that opens nothing of the service API; one that names anything unknown opens nothing
 */
export function readServiceScopes(claim: string | undefined): readonly ServiceScope[] | null {
  if (claim === 'service') return SERVICE_SCOPES;
  if (!claim?.startsWith('service:')) return null;
  const names = claim.split(' ').map((name) => name.replace(/^service:/, ''));
  return names.every(isServiceScope) ? names : null;
}
