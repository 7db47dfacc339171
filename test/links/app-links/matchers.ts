import type { AppleAssociation, AssetStatement } from '../../../src/links/app-links/association.ts';

interface Pattern {
  '/'?: string;
  '?'?: Record<string, string>;
  exclude?: boolean;
}

/** Whether iOS would open the app: first matching component of the app's details wins, none means no. */
export function appleOpens(file: AppleAssociation, appId: string, url: string): boolean {
  for (const detail of file.applinks.details) {
    if (!detail.appIDs.includes(appId)) continue;
    const hit = detail.components.find((pattern) => matches(pattern, new URL(url)));
    if (hit) return hit.exclude !== true;
  }
  return false;
}

/** Whether Android 15 would open the app: the same rule over the statement of that package. */
export function androidOpens(file: AssetStatement[], packageName: string, url: string): boolean {
  const relation = 'delegate_permission/common.handle_all_urls';
  const statement = file.find((each) => each.target.package_name === packageName);
  const patterns = statement?.relation_extensions[relation]?.dynamic_app_link_components ?? [];
  const hit = patterns.find((pattern) => matches(pattern, new URL(url)));
  return hit !== undefined && !hit.exclude;
}

function matches(pattern: Pattern, url: URL): boolean {
  if (!glob(pattern['/'] ?? '*', url.pathname)) return false;
  return Object.entries(pattern['?'] ?? {}).every(([name, value]) => {
    // An absent parameter is an empty string to both systems, which `*` would match.
    const found = url.searchParams.getAll(name);
    return (found.length > 0 ? found : ['']).some((each) => glob(value, each));
  });
}

function glob(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('?', '.')
    .replaceAll('*', '.*');
  return new RegExp(`^${source}$`, 's').test(text);
}
