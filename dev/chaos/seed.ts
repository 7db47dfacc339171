import type { Host } from '../host.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Cast } from './cast.ts';

/** Mirrors the cast through the service API, and tells the simulated carrier whom it does not serve. */
export async function seedCast(host: Host, simulator: Simulator, cast: Cast): Promise<void> {
  const at = new Date(Date.now() - 86_400_000).toISOString();
  const smsConsent = { at, source: 'chaos', version: '1' };
  for (const { id, name } of cast.families) {
    await host.service('PUT', `/api/admin/families/${id}`, { name, timeZone: 'America/New_York' });
  }
  for (const { id, familyId, name, phone } of cast.members) {
    await host.service('PUT', `/api/admin/users/${id}`, {
      familyId,
      name,
      phone,
      ...(name === 'Una' ? {} : { phoneVerifiedAt: at }),
      ...(name === 'Una' || name === 'Sil' ? {} : { smsConsent }),
    });
    if (name === 'Stan') simulator.optOut(phone);
    if (name === 'Lana') simulator.setNumber(phone, { refuse: 21614 });
  }
  for (const { id, familyId, members } of cast.threads) {
    const memberIds = members.map((member) => member.id);
    await host.service('PUT', `/api/admin/threads/${id}`, { familyId, title: id, memberIds });
    for (const member of members.filter(({ name }) => name === 'Mia')) {
      await host.as(member)('PUT', `/api/threads/${id}/mute`);
    }
  }
}
