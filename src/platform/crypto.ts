const encoder = new TextEncoder();

/** UTF-8 bytes of a text. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(encoder.encode(text));

/** Base64url without padding (RFC 4648 §5). */
export function base64url(bytes: ArrayBuffer | Uint8Array): string {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  return btoa(String.fromCharCode(...view))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Keys that are kept: those of one set of settings are a handful. */
const MAX_KEYS = 50;
const keys = new Map<string, CryptoKey>();

/** The key of a secret for HMAC: importing one takes as long as signing, and each request needs some. Never throws. */
export async function hmacKey(secret: string, hash: 'SHA-1' | 'SHA-256' = 'SHA-256'): Promise<CryptoKey> {
  const name = `${hash} ${secret}`;
  const known = keys.get(name);
  if (known) return known;
  const key = await crypto.subtle.importKey('raw', utf8(secret), { name: 'HMAC', hash }, false, [
    'sign',
    'verify',
  ]);
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(name, key);
  return key;
}

/** HMAC-SHA256 of a text under a secret, as bytes. Never throws. */
export async function hmacSha256(secret: string, text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(secret), utf8(text)));
}

/** SHA-256 of a text, base64url: how codes and digests are stored. Never throws. */
export async function sha256(text: string): Promise<string> {
  return base64url(await crypto.subtle.digest('SHA-256', utf8(text)));
}

/** Compares two texts in constant time: independent of where they differ. Never throws. */
export function equalInConstantTime(a: string, b: string): boolean {
  const [left, right] = [utf8(a), utf8(b)];
  let difference = left.length ^ right.length;
  for (let i = 0; i < left.length; i++) difference |= left[i]! ^ (right[i % Math.max(1, right.length)] ?? 0);
  return difference === 0;
}

const sealKey = async (secret: string) =>
  await crypto.subtle.importKey(
    'raw',
    await crypto.subtle.digest('SHA-256', utf8(`seal|${secret}`)),
    'AES-GCM',
    false,
    ['encrypt', 'decrypt'],
  );
const IV_BYTES = 12;

/** Encrypts a text for ourselves: AES-256-GCM, a random nonce in front, base64url. */
export async function seal(secret: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await sealKey(secret), utf8(text));
  return base64url(new Uint8Array([...iv, ...new Uint8Array(sealed)]));
}

/** The text of {@link seal}. @throws OperationError for what was not sealed under this secret */
export async function unseal(secret: string, sealed: string): Promise<string> {
  const binary = atob(sealed.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  const iv = bytes.subarray(0, IV_BYTES);
  const text = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv },
    await sealKey(secret),
    bytes.subarray(IV_BYTES),
  );
  return new TextDecoder().decode(text);
}
