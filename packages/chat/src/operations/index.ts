/**
 * The API's chat operations (`CHAT` of @shoal/api) for one device, used by the node and the
 * installed web app.
 */
export { ChatEvents } from './chat-events.ts'
export { chatOperations, statusWithout } from './chat-operations.ts'
export type * from './given.ts'
