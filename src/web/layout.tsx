import type { Child } from 'hono/jsx';
import list from '../../dist/assets.json';
import { Icon, type IconName, Mark } from './icons.tsx';

const paths: Record<string, string> = list;

/** The path of a file that browsers load, with its hash. @throws Error for one that was not built */
export function asset(name: string): string {
  const path = paths[name];
  if (!path) throw new Error(`No such asset: ${name}`);
  return path;
}

/** The pages' own letters, as far as English needs them. */
export const fontPath = (): string => asset('atkinson-next-latin.woff2');

/** Has the letters fetched beside the style that asks for them, so that no page is written in others first. */
export function FontPreload() {
  return <link rel="preload" href={fontPath()} as="font" type="font/woff2" crossorigin="" />;
}

/** The one who looks at a page. */
export interface Viewer {
  id: string;
  name: string;
  /** May see `/ops`. */
  operator: boolean;
}

/** The parts of the portal that its navigation names; `sign-in`: the page where one signs in. */
export type NavSection = 'messages' | 'settings' | 'why' | 'operations';

/** What the frame of a page needs. */
export interface Frame {
  /** Of this page; the brand is added. */
  title: string;
  brand: string;
  /** Null: nobody is signed in. */
  viewer: Viewer | null;
  section?: NavSection | 'sign-in';
  /** The zone in which times on this page are written. */
  timeZone?: string;
  /** `app`: the page fills the window and scrolls inside, without a foot. */
  kind?: 'document' | 'app';
  description?: string;
  children?: Child;
}

const SECTIONS: { section: NavSection; href: string; icon: IconName; words: string }[] = [
  { section: 'messages', href: '/messages', icon: 'messages', words: 'Messages' },
  { section: 'settings', href: '/settings', icon: 'settings', words: 'Settings' },
  { section: 'why', href: '/settings/texts', icon: 'phone', words: 'Texts' },
  { section: 'operations', href: '/ops', icon: 'operations', words: 'Operations' },
];

function Navigation({ viewer, section }: Pick<Frame, 'viewer' | 'section'>) {
  if (!viewer && section === 'sign-in') return null;
  if (!viewer) {
    return (
      <nav class="nav" aria-label="Portal">
        <a href="/login">Sign in</a>
      </nav>
    );
  }
  return (
    <nav class="nav" aria-label="Portal">
      {SECTIONS.filter((entry) => entry.section !== 'operations' || viewer.operator).map((entry) => (
        <a href={entry.href} aria-current={entry.section === section ? 'page' : undefined}>
          <Icon name={entry.icon} />
          {entry.words}
        </a>
      ))}
    </nav>
  );
}

function Foot({ brand }: { brand: string }) {
  return (
    <footer class="foot">
      <a href="/help">Help</a>
      <a href="/terms">Terms</a>
      <a href="/privacy">Privacy</a>
      <p>{brand}</p>
    </footer>
  );
}

/** A whole HTML document: head, bar, navigation, the page itself as `main`. */
export function Page({
  title,
  brand,
  viewer,
  section,
  timeZone,
  kind = 'document',
  description,
  children,
}: Frame) {
  return (
    <html lang="en" data-zone={timeZone} data-viewer={viewer?.id}>
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
        />
        <title>{`${title} – ${brand}`}</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#fffdfa" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#22211e" media="(prefers-color-scheme: dark)" />
        {description && <meta name="description" content={description} />}
        <FontPreload />
        <link rel="stylesheet" href={asset('style.css')} />
        <link rel="icon" href={asset('icon.svg')} type="image/svg+xml" />
        <script type="module" src={asset('portal.js')}></script>
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the page
        </a>
        <div class={`frame ${kind}${viewer ? ' has-tabs' : ''}`}>
          <header class="bar">
            <a class="brand" href="/">
              <Mark />
              <span>{brand}</span>
            </a>
            <Navigation viewer={viewer} section={section} />
          </header>
          {children}
          {kind === 'document' && <Foot brand={brand} />}
        </div>
      </body>
    </html>
  );
}

/** Heading and lead of a page. */
export function PageHead({ title, children }: { title: string; children?: Child }) {
  return (
    <header class="page-head">
      <h1>{title}</h1>
      {children}
    </header>
  );
}

/** Something to tell, with its own sign beside the words. `live`: announced when it comes up later. */
export function Notice({
  tone,
  children,
  id,
}: {
  tone: 'good' | 'care' | 'bad';
  children?: Child;
  id?: string;
}) {
  const icon = { good: 'check', care: 'care', bad: 'bad' } as const;
  return (
    <div class={`notice ${tone}`} id={id} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={icon[tone]} />
      <div>{children}</div>
    </div>
  );
}
