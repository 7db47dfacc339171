const LINES = 1000;

/** Imports lines, a thousand a call. @throws Error when one of them is refused */
export async function importLines(origin: string, token: string, lines: readonly object[]): Promise<void> {
  for (let from = 0; from < lines.length; from += LINES) {
    const part = lines.slice(from, from + LINES);
    const answer = await fetch(`${origin}/api/admin/import`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-ndjson' },
      body: part.map((line) => JSON.stringify(line)).join('\n'),
    });
    const results = (await answer.text()).trim().split('\n');
    const refused = results.filter((line) => !line.includes('"ok":true') || line.includes('refused'));
    if (answer.status !== 200 || refused.length > 0)
      throw new Error(`${answer.status}: ${refused.slice(0, 3).join(' ')}`);
  }
}
