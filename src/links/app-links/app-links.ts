import { playReferrer } from './referrer.ts';

/** What is known about the apps, from settings; null or empty leaves the option out. */
export interface AppStores {
  publicOrigin: string;
  /** Another host of ours, in the association files too: a tap that crosses hosts opens the app on iOS. */
  alternateOrigin: string | null;
  iosAppStoreId: string | null;
  androidPackage: string | null;
}

/** The ways into the app from a landing page; null where settings do not offer one. */
export interface AppLinks {
  /** `intent:` address for Android browsers; falls back to our page. */
  intent: string | null;
  /** The same path on the alternate host, for iOS. */
  alternate: string | null;
  appStore: string | null;
  playStore: string | null;
  /** `content` of the Smart App Banner's meta tag. */
  smartBanner: string | null;
  /** The plain link, for the copy button. */
  universal: string;
}

/**
 * Builds every way into the app for one link.
 *
 * @param path path and query of the link as the app should receive it, `/l/…` or `/ul/thread/…?mt=…`
 * @param code goes through the Play Store to the freshly installed app; null when there is none
 * @see https://developer.chrome.com/docs/android/intents
 * @see https://developer.apple.com/documentation/webkit/promoting-apps-with-smart-app-banners
 */
export function appLinks(stores: AppStores, path: string, code: string | null): AppLinks {
  const universal = stores.publicOrigin + path;
  return {
    intent: stores.androidPackage && intentUrl(universal, stores.androidPackage),
    alternate: stores.alternateOrigin && stores.alternateOrigin + path,
    appStore: stores.iosAppStoreId && `https://apps.apple.com/app/id${stores.iosAppStoreId}`,
    playStore: stores.androidPackage && playUrl(stores.androidPackage, code),
    smartBanner: stores.iosAppStoreId && `app-id=${stores.iosAppStoreId}, app-argument=${universal}`,
    universal,
  };
}

function intentUrl(universal: string, packageName: string): string {
  const { protocol, host, pathname, search } = new URL(universal);
  const fallback = new URL(universal);
  fallback.searchParams.set('web', '1');
  return (
    `intent://${host}${pathname}${search}#Intent;scheme=${protocol.slice(0, -1)};package=${packageName};` +
    `S.browser_fallback_url=${encodeURIComponent(fallback.href)};end`
  );
}

function playUrl(packageName: string, code: string | null): string {
  const url = `https://play.google.com/store/apps/details?id=${packageName}`;
  return code === null ? url : `${url}&referrer=${encodeURIComponent(playReferrer(code))}`;
}
