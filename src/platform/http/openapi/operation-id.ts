/** Names of functions in generated clients, where method and path make none that reads well. */
const NAMES: Readonly<Record<string, string>> = {
  'PUT /api/admin/families/{id}': 'mirrorFamily',
  'GET /api/admin/families/{id}': 'getMirroredFamily',
  'DELETE /api/admin/families/{id}': 'deleteFamily',
  'PUT /api/admin/users/{id}': 'mirrorUser',
  'GET /api/admin/users/{id}': 'getMirroredUser',
  'DELETE /api/admin/users/{id}': 'deleteUser',
  'PUT /api/admin/users/{id}/preferences': 'setPreferencesOfUser',
  'PUT /api/admin/threads/{id}': 'mirrorThread',
  'GET /api/admin/threads/{id}': 'getMirroredThread',
  'DELETE /api/admin/threads/{id}': 'deleteThread',
  'POST /api/admin/threads/{id}/messages': 'postForUser',
  'POST /api/admin/threads/{id}/read': 'markReadForUser',
  'DELETE /api/admin/messages/{id}': 'retractMessage',
  'POST /api/admin/import': 'importLines',
  'POST /api/admin/presence': 'reportPresence',
  'POST /api/admin/magic': 'mintMagicLink',
  'GET /api/admin/deliveries': 'searchDeliveries',
  'POST /api/admin/deliveries/{id}/retry': 'retryDelivery',
  'GET /api/admin/stats': 'getStats',
  'POST /api/admin/sweep': 'runSweep',
  'POST /api/admin/keys': 'createKey',
  'GET /api/admin/keys': 'listKeys',
  'GET /api/admin/keys/{id}': 'getKey',
  'DELETE /api/admin/keys/{id}': 'deleteKey',
  'PUT /api/admin/pause': 'pause',
  'GET /api/admin/pause': 'listPauses',
  'DELETE /api/admin/pause': 'resume',
  'GET /api/admin/events': 'listEvents',
  'POST /api/admin/events/{id}/redeliver': 'redeliverEvent',
  'GET /api/admin/databases': 'listDatabases',
  'GET /api/admin/moves': 'listMoves',
  'POST /api/admin/moves': 'moveFamily',
  'POST /api/phone/start-verify': 'startPhoneVerification',
  'POST /api/phone/confirm': 'confirmPhone',
  'DELETE /api/phone': 'removePhone',
  'POST /api/login/start': 'startLogin',
  'POST /api/login/confirm': 'confirmLogin',
  'POST /api/logout': 'logout',
  'GET /api/me': 'getMe',
  'DELETE /api/me': 'deleteMe',
  'GET /api/sessions': 'listSessions',
  'DELETE /api/sessions': 'endAllSessions',
  'DELETE /api/sessions/{id}': 'endSession',
  'GET /api/consents': 'listConsents',
  'PATCH /api/preferences': 'changePreferences',
  'GET /api/threads': 'listThreads',
  'POST /api/threads': 'createThread',
  'GET /api/threads/{id}/messages': 'listMessages',
  'POST /api/threads/{id}/messages': 'postMessage',
  'GET /api/threads/{id}/messages/{messageId}/deliveries': 'listDeliveriesOfMessage',
  'PATCH /api/threads/{id}/messages/{messageId}': 'editMessage',
  'DELETE /api/threads/{id}/messages/{messageId}': 'takeMessageBack',
  'POST /api/threads/{id}/read': 'markRead',
  'PUT /api/threads/{id}/mute': 'mute',
  'DELETE /api/threads/{id}/mute': 'unmute',
  'GET /api/search': 'searchMessages',
  'GET /api/deliveries': 'listDeliveries',
  'POST /api/sms/test': 'sendTestText',
  'POST /api/sms/inbound': 'receiveText',
  'POST /api/sms/status': 'receiveReceipt',
  'POST /api/links/open': 'openLink',
  'GET /api/links/pending': 'getPendingLink',
  'POST /api/links/pending': 'takePendingLink',
  'GET /api/presence': 'getPresence',
  'POST /api/presence/heartbeat': 'sendHeartbeat',
  'GET /api/presence/socket': 'openSocket',
  'GET /l/{code}': 'showLink',
  'POST /l/{code}': 'pressLink',
  'GET /magic': 'showMagicLink',
  'POST /magic': 'pressMagicLink',
  'GET /messages': 'showConversations',
  'GET /messages/{threadId}': 'showConversation',
  'GET /ul/thread/{threadId}': 'showUniversalLink',
  'GET /.well-known/apple-app-site-association': 'getAppleAppSiteAssociation',
  'GET /.well-known/assetlinks.json': 'getAssetLinks',
};

const singular = (word: string) => word.replace(/ies$/, 'y').replace(/s$/, '');

/** The name of a route for generated clients: `POST /api/threads/{id}/messages` → `postMessage`. */
export function operationId(method: string, path: string): string {
  const name = NAMES[`${method.toUpperCase()} ${path}`];
  if (name !== undefined) return name;
  const segments = path.replace(/^\/api\//, '/').split('/');
  const names = segments.map((segment, i) => {
    if (segment.startsWith('{')) return '';
    return segments[i + 1]?.startsWith('{') ? singular(segment) : segment;
  });
  const words = names.join('/').match(/[A-Za-z0-9]+/g) ?? ['home'];
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}
