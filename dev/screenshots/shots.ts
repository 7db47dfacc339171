import type { Page } from 'playwright-core';
import { DEMO_PEOPLE, DEMO_THREADS } from '../demo-family.ts';
import type { Host, HostUser } from '../host.ts';

const { rosa, maya, leo, sam } = DEMO_PEOPLE;
/** Somebody who has no number and no conversation yet. */
export const NEW: HostUser = {
  id: 'usr_new',
  familyId: rosa.familyId,
  name: 'Wolfeschlegelsteinhausenbergerdorff',
};
export const DINNER = `/messages/${DEMO_THREADS.dinner.id}`;

/** A page to be taken a picture of. */
export interface Shot {
  name: string;
  /** Path of the portal, or an address. */
  at: string;
  /** Who looks; null: a stranger. */
  who: HostUser | null;
  /** What is done before the page is opened. */
  before?: (page: Page) => Promise<unknown>;
  /** What is done before the picture is taken. */
  first?: (page: Page) => Promise<unknown>;
  userAgent?: string;
  noScript?: boolean;
}

const WORDS: [keyof typeof DEMO_PEOPLE, keyof typeof DEMO_THREADS, string, object?][] = [
  ['maya', 'photos', 'The ones from the lake', { fileIds: ['IMG_2041.jpg', 'IMG_2042.jpg'] }],
  ['sam', 'photos', 'Love the one with the dog'],
  ['leo', 'dinner', 'Has anyone seen the big casserole dish?'],
  ['rosa', 'dinner', 'It is here, on the top shelf.'],
  ['maya', 'dinner', 'I can bring dessert. Lemon tart, or the chocolate one?'],
  ['sam', 'dinner', 'Chocolate!!'],
  ['rosa', 'dinner', 'Are you coming for dinner on Sunday?'],
  ['rosa', 'dinner', 'The front door sticks. Ring the bell twice, please.', { urgent: true }],
];

/** Lets the demo family talk; what the pages show. */
export async function talk(host: Host): Promise<void> {
  for (const [who, thread, body, more = {}] of WORDS) {
    const { id } = DEMO_THREADS[thread];
    await host.as(DEMO_PEOPLE[who])('POST', `/api/threads/${id}/messages`, { body, ...more });
  }
  for (const reader of [maya, sam]) {
    await host.as(reader)('POST', `/api/threads/${DEMO_THREADS.dinner.id}/read`, {});
  }
  await host.as(maya)('POST', '/api/sms/test', undefined);
  await host.as(leo)('POST', `/api/threads/${DEMO_THREADS.dinner.id}/messages`, {
    body: 'See you on Sunday!',
  });
}

const LONG_WORDS = [
  'Look: https://example.com/recipes/a-very-long-address-that-does-not-end-anywhere-near-the-edge-of-a-phone?with=more&and=more',
  'Call (202) 555-0123 or write to ana@example.com. Run `npm start`, or\n```\nnpm ci && npm test && echo "a line that is far too long for a phone"\n```',
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
  'مرحبا، العشاء يوم الأحد الساعة ٦',
  'A long story, as people tell them when they have the time. '.repeat(9).trim(),
];

/** What stands in no demo, but must not look wrong either: long names, nothing at all, much that is unread. */
export async function talkAtLength(host: Host): Promise<void> {
  const { familyId } = rosa;
  await host.service('PUT', `/api/admin/users/${NEW.id}`, { familyId, name: NEW.name });
  const thread = (id: string, title: string, memberIds: string[]) =>
    host.service('PUT', `/api/admin/threads/${id}`, { familyId, title, memberIds });
  await thread('thr_empty', 'Grandchildren of the Riveras and their many cousins, summer of 2027', [
    rosa.id,
    NEW.id,
  ]);
  await thread('thr_long', 'All kinds of words', [rosa.id, maya.id]);
  const say = (who: HostUser, body: string) =>
    host.as(who)('POST', '/api/threads/thr_long/messages', { body });
  for (const body of LONG_WORDS) await say(rosa, body);
  for (let i = 1; i <= 25; i++) await say(maya, `What happened next, part ${i} of 25`);
}

/** The last numbers of the demo family's phones end so; those after them are nobody's. */
let asked = 14;

/** Asks for a code on the sign-in page; each time with a number that has asked for none, so that none is held back. */
export async function askForCode(page: Page): Promise<void> {
  asked += 1;
  await sendNumber(page, `20255501${String(asked).padStart(2, '0')}`);
}

/** Gives a number on the sign-in page. */
export async function sendNumber(page: Page, number: string): Promise<void> {
  await page.getByLabel('Your mobile number').fill(number);
  await page.getByRole('button', { name: 'Text me a code' }).click();
  await page.locator('[autocomplete=one-time-code], [role=alert]').first().waitFor();
}

/** The pages of `npm run screenshots`. @param link a texted link; @param simulator address of the phones */
export const shots = (link: string, simulator: string): Shot[] => [
  { name: 'welcome', at: '/', who: null },
  { name: 'login', at: '/login', who: null },
  { name: 'login-code', at: '/login', who: null, first: askForCode },
  { name: 'landing', at: link, who: null },
  { name: 'messages', at: '/messages', who: sam },
  { name: 'thread', at: DINNER, who: rosa },
  {
    name: 'thread-menu',
    at: DINNER,
    who: rosa,
    first: (page) => page.locator('.thread-head summary').click(),
  },
  { name: 'find', at: '/messages?find=dinner#found', who: rosa },
  {
    name: 'found',
    at: '/messages?find=casserole#found',
    who: rosa,
    first: async (page) => {
      await page.getByRole('link', { name: /big casserole dish/ }).click();
      await page.locator('.msg:target').waitFor();
    },
  },
  { name: 'new-thread', at: '/messages?new', who: rosa },
  { name: 'settings', at: '/settings', who: maya },
  { name: 'texts', at: '/settings/texts', who: maya },
  { name: 'ops', at: '/ops', who: rosa },
  { name: 'help', at: '/help', who: null },
  { name: 'terms', at: '/terms', who: null },
  { name: 'privacy', at: '/privacy', who: null },
  { name: 'not-found', at: '/nothing-here', who: null },
  { name: 'docs', at: '/docs', who: null },
  { name: 'simulator', at: simulator, who: null },
];
