import { randomBytes } from 'node:crypto';
import type { Faults } from './faults.ts';
import type { OptOutMode, SimulatedPerson } from './types.ts';

/** What a one-click sign-in comes to: where to go, and the `Set-Cookie` values that make it work. */
export type SignIn = (userId: string) => Promise<{ location: string; setCookie: string[] }>;

/** How to set up a simulator. Everything has a default that works. */
export type SimulatorOptions = {
  /** Port on 127.0.0.1; 0 (the default) takes a free one. */
  port?: number;
  accountSid?: string;
  authToken?: string;
  keySid?: string;
  keySecret?: string;
  /** The numbers that the account owns, E.164. */
  from?: string | string[];
  messagingServiceSid?: string;
  /** The application as its links and webhook signatures name it. */
  publicOrigin?: string;
  /** Where webhooks to the public origin are really posted, when it is not reachable by that name. */
  appOrigin?: string;
  /** Where inbound texts are posted, as configured at the number; default `{publicOrigin}/api/sms/inbound`. */
  inboundUrl?: string;
  /** Where they are posted when that address fails or answers with what is no TwiML; none by default. */
  inboundFallbackUrl?: string;
  /** The RCS sender of the account, as it stands in `From` and `To`. */
  rcsSender?: string;
  /** The name of the product under test, for the page. */
  brand?: string;
  people?: SimulatedPerson[];
  /** What to do with these people, step by step, a line of Markdown each, for the page. */
  tour?: readonly string[];
  /** Makes a session for a demo person; without it the page shows no sign-in buttons. */
  signIn?: SignIn;
  /** Who handles STOP, START and HELP; Twilio by default. */
  optOuts?: OptOutMode;
  faults?: Partial<Faults>;
  /** Of the faults' chance. */
  seed?: number;
  /** ms from acceptance to `sent`, and from there to `delivered`. */
  pace?: { sentMs: number; deliveredMs: number };
  /** A file in which texts, opt-outs and the phones' peculiarities outlive a restart; without it nothing does. */
  journal?: string;
  /** `hold`: webhooks are signed and recorded, but not posted. */
  webhooks?: 'post' | 'hold';
};

/** The settings in force; all but the port may change while the simulator runs. */
export type Settings = {
  accountSid: string;
  authToken: string;
  keySid: string | null;
  keySecret: string | null;
  from: string[];
  messagingServiceSid: string | null;
  publicOrigin: string;
  appOrigin: string;
  inboundUrl: string;
  inboundFallbackUrl: string | null;
  rcsSender: string;
  /** How RCS messages stand in the list: with plain numbers, or with prefixes, so that `To=+1…` finds none. */
  rcsListed: 'number' | 'prefixed';
  optOuts: OptOutMode;
  pace: { sentMs: number; deliveredMs: number };
  webhooks: 'post' | 'hold';
};

/** Fills in the defaults: a random account that owns Twilio's magic sender +1 500 555 0006. */
export function settingsFrom(options: SimulatorOptions): Settings {
  const publicOrigin = options.publicOrigin ?? 'http://127.0.0.1:8787';
  return {
    accountSid: options.accountSid ?? `AC${randomBytes(16).toString('hex')}`,
    authToken: options.authToken ?? randomBytes(16).toString('hex'),
    keySid: options.keySid ?? null,
    keySecret: options.keySecret ?? null,
    from: [options.from ?? '+15005550006'].flat(),
    messagingServiceSid: options.messagingServiceSid ?? null,
    publicOrigin,
    appOrigin: options.appOrigin ?? publicOrigin,
    inboundUrl: options.inboundUrl ?? `${publicOrigin}/api/sms/inbound`,
    inboundFallbackUrl: options.inboundFallbackUrl ?? null,
    rcsSender: options.rcsSender ?? 'rcs:family_circle_agent',
    rcsListed: 'number',
    optOuts: options.optOuts ?? 'twilio',
    pace: options.pace ?? { sentMs: 120, deliveredMs: 700 },
    webhooks: options.webhooks ?? 'post',
  };
}

/** Applies a change; a new public origin moves the addresses that followed the old one. */
export function changeSettings(settings: Settings, patch: Partial<Settings>): void {
  const { publicOrigin } = settings;
  const moved = patch.publicOrigin ?? publicOrigin;
  if (settings.appOrigin === publicOrigin) settings.appOrigin = moved;
  for (const name of ['inboundUrl', 'inboundFallbackUrl'] as const) {
    const url = settings[name];
    if (url?.startsWith(publicOrigin)) settings[name] = moved + url.slice(publicOrigin.length);
  }
  Object.assign(settings, patch);
}
