/** What the package `@family-circle-secure/client` offers; built by `packages/client`. */
export {
  ApiError,
  type ApiOptions,
  type CallApi,
  catchUpWith,
  createApi,
  mayRetryWith,
  type Route,
} from './api.ts';
export type * from './api-types.ts';
export {
  type EventPage,
  eventPages,
  type ImportLine,
  type ImportResult,
  importLines,
} from './host-calls.ts';
export { Live, type LiveOptions, type LiveSocket, type LiveStatus, type VisiblePage } from './live.ts';
export type { ClientFrame, ServerFrame, ThreadChange } from './socket-frames.ts';
export type { CatchUp } from './thread-cursor.ts';
export {
  type ReceivedEvent,
  verifyWebhook,
  WebhookError,
  type WebhookFault,
  type WebhookHeaders,
} from './verify-webhook.ts';
