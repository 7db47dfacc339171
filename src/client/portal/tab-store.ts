/** What a tab keeps through reloads and signing in again, and forgets when it is closed. */
export function readTab(name: string): string {
  try {
    return sessionStorage.getItem(name) ?? '';
  } catch {
    return ''; // Storage is forbidden here; the page itself still has what it holds.
  }
}

/** See {@link readTab}; nothing is kept of an empty value. */
export function writeTab(name: string, value: string): void {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // As above.
  }
}
