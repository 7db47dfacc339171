import type { DeliveryFacts } from '../../src/notifications/send/policy.ts';

/** What the database knows about an ordinary message that no gate holds up. @param createdAt - ms UTC */
export const passingFacts = (createdAt: number): DeliveryFacts => ({
  deliveryId: 'dlv_1',
  kind: 'message',
  urgent: false,
  optedOut: false,
  smsEnabled: true,
  phoneVerified: true,
  phoneUnusable: false,
  countryAllowed: true,
  isMember: true,
  read: false,
  retracted: false,
  createdAt,
  mutedUntil: null,
  quietStart: null,
  quietEnd: null,
  timeZones: ['UTC'],
  quietDelivery: 'defer',
});
