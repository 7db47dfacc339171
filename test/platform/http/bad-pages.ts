import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { AppEnv } from '../../../src/platform/http/endpoint.ts';
import { mountRoutes } from '../../../src/routes.ts';
import { type BadRequest, everything, FORM_TYPE, refusals } from '../../worker/refusals.ts';
import type { World } from '../../worker/world.ts';
import { WRONG_IDS } from './wrong-values.ts';

/** Pages and their forms, asked for wrongly. `cookie`: of a member and operator. */
export function describeBadPages(world: () => World, stranger: () => World, cookie: () => string): void {
  describe('pages', () => {
    const app = new Hono<AppEnv>();
    mountRoutes(app);
    const pages = app.routes.filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/api/'));
    const paths = (method: string) => [
      ...new Set(pages.filter((page) => page.method === method).map(({ path }) => path)),
    ];
    const filled = (path: string, id: string) => path.replace(/:\w+/g, id);

    it.each(paths('POST'))('%s takes forms of our own pages alone, and forms that are some', async (path) => {
      const own = { ...FORM_TYPE, Cookie: cookie(), Origin: world().origin };
      const at = filled(path, world().thread());
      const asks: BadRequest[] = [
        ...['https://evil.example', 'null', undefined].map((origin) => {
          const headers = {
            ...FORM_TYPE,
            Cookie: cookie(),
            ...(origin === undefined ? {} : { Origin: origin }),
          };
          return { method: 'POST', path: at, headers, body: 'sure=yes&consent=yes&phone=x', expected: [403] };
        }),
        ...['application/json', 'multipart/form-data; boundary=x', 'text/plain', ''].map((type) => {
          return {
            method: 'POST',
            path: at,
            headers: { ...own, 'Content-Type': type },
            body: '{}',
            expected: [415],
          };
        }),
        { method: 'POST', path: at, headers: own, body: `x=${'x'.repeat(70_000)}`, expected: [413] },
        { method: 'POST', path: at, headers: own, body: new Uint8Array([0xff, 0x3d]), expected: [400] },
      ];
      expect(await refusals(world(), asks)).toEqual([]);
    });

    it('take nothing wrong in a form', async () => {
      const headers = { ...FORM_TYPE, Cookie: cookie(), Origin: world().origin };
      const thread = `/messages/${world().thread()}`;
      const forms: [string, string][] = [
        ...['', 'phone=', 'phone=%00', 'phone=5', `phone=${'5'.repeat(300)}`].flatMap(
          (form): [string, string][] => [
            ['/login', form],
            ['/settings/phone', form],
          ],
        ),
        ...['', 'code=', 'code=12345', 'code=%00', 'code=123456'].flatMap((form): [string, string][] => [
          ['/login/code', `phone=%2B12025550163&${form}`],
          ['/settings/phone/code', form],
        ]),
        ...[
          '',
          'title=x',
          'title=%00&member=x',
          `title=${'x'.repeat(200)}&member=x`,
          'title=x&member=%00',
          `title=x&member=${stranger().member('eve').userId}`,
        ].map((form): [string, string] => ['/messages', form]),
        ...['', 'body=', 'body=%00', 'body=%20', `body=${'x'.repeat(4001)}`].map((form): [string, string] => [
          thread,
          form,
        ]),
        ...['', 'mute=', 'mute=x', 'mute=%00'].map((form): [string, string] => [`${thread}/mute`, form]),
        ...[
          '',
          'quiet=x',
          'quiet=custom&start=25:00&end=01:00',
          'quiet=custom&start=10:00&end=10:00',
          'quiet=night&zone=Mars/Phobos',
          'quiet=night&delivery=x',
        ].map((form): [string, string] => ['/settings/quiet', form]),
        ...['', 'preview=x', 'preview=%00'].map((form): [string, string] => ['/settings/preview', form]),
        ['/settings/texts/on', ''],
        ['/settings/delete', 'sure=no'],
        ['/l/none', ''],
        ['/magic', 'token=%00'],
        ...['', '/mute', '/read'].map((end): [string, string] => [
          `/messages/${stranger().thread()}${end}`,
          'body=x&mute=off',
        ]),
        ['/ops/retry', 'delivery=x'],
      ];
      const before = await everything();
      for (const [path, body] of forms) {
        const answer = await world().send('POST', path, {
          headers: { ...headers, Accept: 'text/html' },
          body,
        });
        expect([path, body, answer.status]).toEqual([
          path,
          body,
          expect.toSatisfy((status: number) => status >= 400 && status < 500),
        ]);
        expect(answer.headers.get('Content-Type')).toContain('text/html');
      }
      expect(await everything()).toEqual(before);
    });

    it.each(paths('GET'))('%s shows something, whatever it is asked for', async (path) => {
      const before = await everything();
      const readers: Record<string, string>[] = [
        { Accept: 'text/html', Cookie: cookie() },
        { Cookie: '__Host-fcs_session=x; ;=;' },
      ];
      const queries = [
        '',
        '?%',
        '?=',
        '?next=%00',
        '?token=%00',
        '?mt=x',
        '?done=__proto__',
        '?cursor=%00',
        '?before=-1',
        '?at=,,',
        '?after=x',
        '?new',
        '?list',
        '?web=1',
        '?reader=1',
        `?x=${'x'.repeat(4000)}`,
      ];
      const asks = [
        ...queries.map((query) => filled(path, world().thread()) + query),
        ...(path.includes(':') ? WRONG_IDS.map((id) => filled(path, id)) : []),
      ];
      for (const at of asks) {
        for (const headers of readers) {
          const answer = await world().send('GET', at, { headers });
          expect([at, answer.status]).toEqual([at, expect.toSatisfy((status: number) => status < 500)]);
          await answer.text();
        }
      }
      expect(await everything()).toEqual(before);
    });
  });
}
