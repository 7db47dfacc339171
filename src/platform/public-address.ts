const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether a host name, as `URL` gives it, is this machine. Pure. */
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);

/**
 * IPv4 addresses that are not public (IANA's special-purpose registry: RFC 1122, 1918, 2544, 3927, 5737, 6598, multicast).
 * `URL` has written every other spelling of them (decimal, hexadecimal, fewer parts) in this one (WHATWG URL, 3.5).
 */
const INNER_IPV4 =
  /^((0|10|127|22[4-9]|2[34]\d|25[0-5])\.|169\.254\.|192\.(168|0\.0|0\.2)\.|198\.(1[89]|51\.100)\.|203\.0\.113\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)[\d.]+$/;
/** Names that no public server has, and any IPv6 address: none is needed, and there are many ways to write an inner one. */
const INNER_NAME = /^(.*\.(localhost|local|internal|lan|home|arpa)|\[.*\]|[^.]+)$/;
/** Public names made to lead to this machine, or to the address that they hold. */
const LEADS_INWARDS = /(^|\.)(nip\.io|sslip\.io|xip\.io|localtest\.me|lvh\.me|vcap\.me)$/;

/**
 * Whether events may be posted to an address: public, https and without a password, unless this service itself is local.
 * Names are not looked up: what one leads to can change after it. Pure.
 */
export function mayReceive(address: string, publicOrigin: string): boolean {
  if (isLoopback(new URL(publicOrigin).hostname)) return true;
  const { protocol, hostname, username, password } = new URL(address);
  const host = hostname.replace(/\.+$/, '');
  const isInner = INNER_IPV4.test(host) || INNER_NAME.test(host) || LEADS_INWARDS.test(host);
  return protocol === 'https:' && username === '' && password === '' && !isInner;
}
