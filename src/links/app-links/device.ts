import { isbot } from 'isbot';

/** `maybe_ipad`: iPadOS says that it is a Mac; only the browser can tell (`maxTouchPoints > 1`). */
export type DeviceKind = 'ios' | 'android' | 'maybe_ipad' | 'desktop';

/**
 * The reader of the landing page, as far as the user agent tells. It selects wordings; nothing is protected by
 * it.
 */
export interface Reader {
  device: DeviceKind;
  /** Inside another app's browser, where no system opens our app by itself. */
  inApp: boolean;
  /** A link preview or a crawler. */
  preview: boolean;
}

// isbot takes everything for a bot that does not look like a browser: programs, webviews with a name of their
// own. A person may sit behind those, so only what also goes by a previewer's or crawler's name counts.
const PREVIEWER =
  /bot|crawl|spider|preview|externalhit|scrap|slurp|whatsapp|viber|vkshare|embedly|iframely|cardyb|mastodon|synapse|line-poker|google/i;
const IN_APP =
  /instagram|fban|fbav|fb_iab|messenger|\bline\/|micromessenger|snapchat|tiktok|musical_ly|bytedance|kakaotalk|linkedinapp|pinterest|twitter for|\bgsa\/|; wv\)/i;

/** Reads a `User-Agent` header. App networking stacks count as their phone. */
export function readerOf(userAgent: string | undefined): Reader {
  const ua = userAgent ?? '';
  const device = deviceOf(ua);
  return {
    device,
    // Safari proper ends in "Safari/…"; a bare WKWebView inside an app does not.
    inApp: IN_APP.test(ua) || (/iPhone|iPad/.test(ua) && /Mobile\//.test(ua) && !/Safari\//.test(ua)),
    preview: PREVIEWER.test(ua) && isbot(ua),
  };
}

function deviceOf(ua: string): DeviceKind {
  if (/iPhone|iPad|iPod|CFNetwork/.test(ua)) return 'ios';
  if (/Android|okhttp|Dalvik/i.test(ua)) return 'android';
  return /Macintosh/.test(ua) ? 'maybe_ipad' : 'desktop';
}
