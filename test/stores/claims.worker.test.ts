import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld } from '../worker/world.ts';
import { familyIn, fillSlots } from './spread.ts';

beforeAll(fillSlots);

describe('ids of persons and threads, with families in several databases', () => {
  it('are each of one family, whatever database that is in', async () => {
    const { api, mirror } = await createWorld();
    const [ours, theirs] = [await familyIn('d1:0'), await familyIn('d1:1')];
    await mirror(`families/${ours}`, { name: 'Ours' });
    await mirror(`families/${theirs}`, { name: 'Theirs' });
    await mirror('users/usr_claimed', { familyId: ours, name: 'Ana' });
    await mirror('threads/thr_claimed', { familyId: ours, title: 'Here', memberIds: ['usr_claimed'] });

    const put = (path: string, body: object) => api('PUT', `/api/admin/${path}`, { as: 'service', body });
    const person = await put('users/usr_claimed', { familyId: theirs, name: 'Ana' });
    expect([person.status, person.json.error]).toEqual([409, 'conflict']);
    const thread = await put('threads/thr_claimed', { familyId: theirs, title: 'There', memberIds: [] });
    expect([thread.status, thread.json.error]).toEqual([409, 'conflict']);
    const lines = [{ user: { id: 'usr_claimed', familyId: theirs, name: 'Ana' } }];
    const imported = await api('POST', '/api/admin/import', {
      as: 'service',
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
      headers: { 'Content-Type': 'application/x-ndjson' },
    });
    expect(imported.status).toBe(200);

    const read = (path: string) => api('GET', `/api/admin/${path}`, { as: 'service' });
    expect((await read('users/usr_claimed')).json.familyId).toBe(ours);
    expect((await read('threads/thr_claimed')).json).toMatchObject({ familyId: ours, title: 'Here' });
    expect((await read(`families/${theirs}`)).json).toMatchObject({ userIds: [], database: 'd1:1' });
  });

  it('can be used again once their family, or the thread, is deleted; a refused mirror claims nothing', async () => {
    const { api, mirror } = await createWorld();
    const [first, second] = [await familyIn('d1:1'), await familyIn('d1:2')];
    const as = 'service' as const;
    const body = { familyId: first, name: 'Ben' };
    expect((await api('PUT', '/api/admin/users/usr_again', { as, body })).status).toBe(404);
    for (const familyId of [first, second]) {
      await mirror(`families/${familyId}`, { name: 'F' });
      await mirror('users/usr_again', { familyId, name: 'Ben' });
      await mirror('threads/thr_again', { familyId, title: 'T', memberIds: ['usr_again'] });
      expect((await api('DELETE', '/api/admin/threads/thr_again', { as })).status).toBe(200);
      await mirror('threads/thr_again', { familyId, title: 'T', memberIds: ['usr_again'] });
      expect((await api('DELETE', `/api/admin/families/${familyId}`, { as })).status).toBe(200);
    }
    expect((await api('GET', '/api/admin/users/usr_again', { as })).status).toBe(404);
  });
});
