/** Settings of the tests in the Workers runtime; every secret is different, none is real. */
export function workerSettings(twilioPort: number): Record<string, string> {
  return {
    PUBLIC_ORIGIN: 'https://portal.example.com',
    BRAND_NAME: 'FamilyCircleSecure',
    AUTH_SECRET: 'test-auth-secret-0123456789-0123456789',
    SESSION_SECRET: 'test-session-secret-0123456789-012345',
    MAGIC_SECRET: 'test-magic-secret-0123456789-0123456789',
    PHONE_SECRET: 'test-phone-secret-0123456789-0123456789',
    TWILIO_SID: 'AC00000000000000000000000000000001',
    TWILIO_AUTH: 'test-auth-token',
    TWILIO_FROM: '+14155550100',
    TWILIO_API_BASE: `http://127.0.0.1:${twilioPort}`,
    TWILIO_TIMEOUT_SECONDS: '10', // A busy machine takes its time; tests of time-outs set their own.
    CLAIM_LEASE_SECONDS: '60',
    IOS_APP_IDS: 'ABCDE12345.com.familycirclesecure.app,ABCDE12345.com.familycirclesecure.beta',
    IOS_APP_STORE_ID: '1234567890',
    ANDROID_PACKAGE: 'com.familycirclesecure.app',
    ANDROID_CERT_SHA256: Array.from({ length: 32 }, (_, i) =>
      i.toString(16).padStart(2, '0').toUpperCase(),
    ).join(':'),
    LINK_ALTERNATE_ORIGIN: 'https://open.example.com',
    SUPPORT_CONTACT: 'help@example.com',
    COMPANY_NAME: 'Family Circle Inc.',
    OPERATOR_USER_IDS: 'usr_rosa',
    // Tests post as no person does; chat/budgets.worker.test.ts has its own.
    SMS_PER_SECOND: '1000000',
    POSTS_PER_MINUTE: '1000000',
    POSTS_PER_DAY: '1000000',
    THREADS_PER_DAY: '1000000',
    CHANGES_PER_DAY: '1000000',
  };
}
