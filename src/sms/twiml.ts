/** An answer that sends nothing. */
export const SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** TwiML that answers with one text. Source: twilio.com/docs/messaging/twiml/message. */
export function reply(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write them
  const plain = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
  const escaped = plain.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
  return `<?xml version="1.0" encoding="UTF-8"?><Response><Message>${escaped}</Message></Response>`;
}

/** The HTTP answer that carries TwiML. */
export const twiml = (document: string): Response =>
  new Response(document, {
    headers: { 'Content-Type': 'text/xml; charset=utf-8', 'Cache-Control': 'no-store' },
  });
