import { describe, expect, it } from 'vitest';
import { deploymentFaults } from '../../dev/deployment-faults.ts';

const vars = {
  PUBLIC_ORIGIN: 'https://portal.example.com',
  TWILIO_SID: 'AC00000000000000000000000000000001',
  TWILIO_FROM: '+14155550100',
};
const secrets = ['AUTH_SECRET', 'SESSION_SECRET', 'MAGIC_SECRET', 'PHONE_SECRET', 'TWILIO_AUTH'];
const databaseId = '8f1c2b3a-0000-4000-8000-000000000001';

describe('before a deployment', () => {
  it('nothing is amiss with a database, the settings and every secret', () => {
    expect(deploymentFaults({ vars, databaseId, secrets })).toEqual([]);
  });

  it('each missing secret and setting is named with what to do', () => {
    const faults = deploymentFaults({ vars: {}, databaseId, secrets: ['AUTH_SECRET', 'TWILIO_AUTH'] });
    expect(faults).toContainEqual(expect.stringContaining('wrangler secret put PHONE_SECRET'));
    expect(faults).toContainEqual(expect.stringMatching(/PUBLIC_ORIGIN \(in wrangler\.toml/));
    expect(faults.join()).not.toContain('AUTH_SECRET');
  });

  it('a secret in the file, a malformed setting and the database of the template are refused', () => {
    const faults = deploymentFaults({
      vars: { ...vars, MAGIC_SECRET: 'x'.repeat(32), SMS_WINDOW_SECONDS: 'soon' },
      databaseId: '00000000-0000-0000-0000-000000000000',
      secrets,
    });
    expect(faults).toHaveLength(3);
    expect(faults.join()).toMatch(/wrangler d1 create.*Take MAGIC_SECRET out.*SMS_WINDOW_SECONDS/);
  });
});
