/** One text that a TwiML document asks for; `to` only when the document names another receiver. */
export type TwimlMessage = { body: string; to?: string };

/** A read document, or the code of Twilio's debugger that says why it could not be read. */
export type Twiml = { ok: true; messages: TwimlMessage[] } | { ok: false; code: number; reason: string };

type Node = { name: string; attributes: Record<string, string>; children: (Node | string)[] };

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces XML's five entities and numeric references; anything else is malformed. */
function decode(text: string): string {
  return text.replace(/&([^;\s]*);?/g, (whole, name: string) => {
    const numeric = /^#(?:x([0-9a-f]+)|(\d+))$/i.exec(name);
    if (numeric)
      return String.fromCodePoint(Number.parseInt(numeric[1] ?? numeric[2] ?? '', numeric[1] ? 16 : 10));
    const character = ENTITIES[name];
    if (character === undefined || !whole.endsWith(';')) throw new SyntaxError(`entity ${whole}`);
    return character;
  });
}

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/** The root element of a document; throws SyntaxError for anything that is not well-formed XML. */
function parse(xml: string): Node {
  const top: Node = { name: '', attributes: {}, children: [] };
  const open = [top];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < xml.length) {
    const token = TOKEN.exec(xml);
    const parent = open.at(-1);
    if (!token || !parent) throw new SyntaxError('not well-formed');
    const [, cdata, closing, name, attributes = '', selfClosing, text] = token;
    if (cdata !== undefined) parent.children.push(cdata);
    else if (text !== undefined) parent.children.push(decode(text));
    else if (name !== undefined && closing) {
      if (parent === top || parent.name !== name) throw new SyntaxError(`</${name}> closes nothing`);
      open.pop();
    } else if (name !== undefined) {
      const node: Node = { name, attributes: {}, children: [] };
      for (const [, key = '', value = ''] of attributes.matchAll(/([\w.:-]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
        node.attributes[key] = decode(value.slice(1, -1));
      }
      parent.children.push(node);
      if (!selfClosing) open.push(node);
    }
  }
  const roots = top.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
  const root = roots[0];
  if (open.length !== 1 || roots.length !== 1 || root === undefined || typeof root === 'string') {
    throw new SyntaxError('not one whole element');
  }
  return root;
}

function textOf(node: Node): string {
  return node.children.map((child) => (typeof child === 'string' ? child : '')).join('');
}

/** The words of a `<Message>`: its `<Body>`s, or its own text. */
function bodyOf(message: Node): string {
  const bodies = message.children.filter((child) => typeof child !== 'string' && child.name === 'Body');
  const parts = bodies.map((body) => (typeof body === 'string' ? body : textOf(body)));
  return (parts.length > 0 ? parts.join('') : textOf(message)).trim();
}

/**
 * Reads an application's answer to an inbound text as Twilio does: TwiML as XML, plain text as the text itself,
 * nothing as no reply. 12100 is malformed XML, 12200 a wrong element, 12300 a wrong content type.
 * Source: twilio.com/docs/messaging/twiml.
 */
export function readTwiml(contentType: string, body: string): Twiml {
  if (body.trim() === '') return { ok: true, messages: [] };
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/plain') return { ok: true, messages: [{ body: body.trim() }] };
  if (!['text/xml', 'application/xml', 'text/html', ''].includes(type)) {
    return { ok: false, code: 12300, reason: `Invalid Content-Type: ${type}` };
  }
  try {
    const root = parse(body);
    if (root.name !== 'Response')
      return { ok: false, code: 12200, reason: `Unexpected element <${root.name}>` };
    const verbs = root.children.filter((child) => typeof child !== 'string');
    const messages = verbs
      .filter((verb) => verb.name === 'Message' || verb.name === 'Sms')
      .map((verb) => ({ body: bodyOf(verb), ...(verb.attributes.to ? { to: verb.attributes.to } : {}) }));
    return { ok: true, messages: messages.filter((message) => message.body !== '') };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false, code: 12100, reason: `Document parse failure: ${error.message}` };
  }
}
