/** Where a pressed link led: the session's cookies, and the page that comes next. */
export interface PressedLink {
  /** `Set-Cookie` values. */
  setCookie: string[];
  /** Absolute, or a path of the app. */
  location: string;
  /** The landing page, as it was read before the button was pressed. */
  page: string;
}

/** The service shows those who only look, such as previews and scripts, a page without a button. */
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

const attribute = (tag: string, name: string) =>
  new RegExp(`\\s${name}=("([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag)?.slice(2).find(Boolean) ?? '';

const unescapeHtml = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** The plain form of a landing page: where it goes and what it carries. */
function formOf(page: string, base: string): { action: string; fields: URLSearchParams } {
  const form = [...page.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/gi)].map(([text]) => text);
  const login = form.find((text) => /^<form\b[^>]*method=["']?post/i.test(text));
  if (!login) throw new Error('The landing page has no button');
  const fields = new URLSearchParams();
  for (const [tag] of login.matchAll(/<input\b[^>]*>/gi)) {
    fields.append(unescapeHtml(attribute(tag, 'name')), unescapeHtml(attribute(tag, 'value')));
  }
  return { action: new URL(unescapeHtml(attribute(login, 'action')) || base, base).href, fields };
}

/**
 * Does what a person does with a texted or minted link, without a browser: reads the landing page and presses
 * its button.
 * @param url the link
 * @param appOrigin where the app really listens, when that is not the link's own origin
 * @param publicOrigin the origin that the app believes in, sent as `Origin`
 * @throws Error when there is no page, no button, or pressing it does not lead on
 */
export async function pressLink(url: string, appOrigin: string, publicOrigin: string): Promise<PressedLink> {
  const reach = (address: string) => {
    const { pathname, search } = new URL(address, publicOrigin);
    return appOrigin + pathname + search;
  };
  const landing = await fetch(reach(url), { redirect: 'manual', headers: { 'User-Agent': USER_AGENT } });
  const page = await landing.text();
  if (!landing.ok) throw new Error(`The link answered ${landing.status}`);
  const { action, fields } = formOf(page, url);
  const cookies = landing.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]);
  const pressed = await fetch(reach(action), {
    method: 'POST',
    redirect: 'manual',
    headers: { 'User-Agent': USER_AGENT, Origin: publicOrigin, Cookie: cookies.join('; ') },
    body: fields,
  });
  await pressed.arrayBuffer();
  const location = pressed.headers.get('Location');
  if (pressed.status !== 303 || location === null) throw new Error(`The button answered ${pressed.status}`);
  return { setCookie: pressed.headers.getSetCookie(), location, page };
}
