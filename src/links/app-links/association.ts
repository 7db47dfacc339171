import { LINK_RULES, type LinkRule } from './link-rules.ts';

/** The apps that may open our links, from settings. */
export interface AppIdentities {
  /** Apple application identifiers, `TEAMID.bundle.id`. */
  iosAppIds: readonly string[];
  /** Android application ids, `com.example.app`. */
  androidPackages: readonly string[];
  /** SHA-256 fingerprints of signing certificates, `AA:BB:…` (Play App Signing's is the one that counts). */
  androidFingerprints: readonly string[];
}

/** Apple fetches no association file above this size (in bytes). */
export const APPLE_MAX_BYTES = 128 * 1024;

interface Component {
  '/': string;
  '?'?: Record<string, string>;
  exclude?: true;
  comment?: string;
}

/** One entry of Apple's `components`. */
export type AppleComponent = Component;

/** Apple's `apple-app-site-association`. */
export interface AppleAssociation {
  applinks: { details: { appIDs: string[]; components: AppleComponent[] }[] };
  webcredentials: { apps: string[] };
}

/** One statement of Android's `assetlinks.json`. */
export interface AssetStatement {
  relation: string[];
  target: { namespace: 'android_app'; package_name: string; sha256_cert_fingerprints: string[] };
  relation_extensions: Record<string, { dynamic_app_link_components: Omit<Component, 'comment'>[] }>;
}

const HANDLE_ALL_URLS = 'delegate_permission/common.handle_all_urls';

function component(rule: LinkRule): Component {
  return {
    '/': rule.path,
    ...(rule.query && { '?': rule.query }),
    ...(rule.opens === 'web' && { exclude: true as const }),
  };
}

/**
 * Apple's association file: universal links by the rule table, and password autofill for the same apps.
 *
 * @see https://developer.apple.com/documentation/xcode/supporting-associated-domains
 */
export function appleAssociation(apps: AppIdentities): AppleAssociation {
  const appIDs = [...apps.iosAppIds];
  const components = LINK_RULES.map((rule) => ({ ...component(rule), comment: rule.why }));
  return {
    applinks: { details: appIDs.length > 0 ? [{ appIDs, components }] : [] },
    webcredentials: { apps: appIDs },
  };
}

/**
 * Android's statement list: one statement a package, each with every fingerprint, and the rule table for
 * Android 15 and later (older versions ignore it and go by the app's manifest).
 *
 * @see https://developer.android.com/training/app-links/configure-assetlinks
 */
export function assetLinks(apps: AppIdentities): AssetStatement[] {
  if (apps.androidFingerprints.length === 0) return [];
  return apps.androidPackages.map((packageName) => ({
    relation: [HANDLE_ALL_URLS],
    target: {
      namespace: 'android_app',
      package_name: packageName,
      sha256_cert_fingerprints: apps.androidFingerprints.map((print) => print.toUpperCase()),
    },
    relation_extensions: {
      [HANDLE_ALL_URLS]: { dynamic_app_link_components: LINK_RULES.map(component) },
    },
  }));
}
