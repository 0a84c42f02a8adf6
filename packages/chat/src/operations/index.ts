/** The operations of the API (`CHAT` of @shoal/api) over the chat of one device: the node and the installed web app answer with them. */
export { ChatEvents } from './chat-events.ts'
export { chatOperations, statusWithout } from './chat-operations.ts'
export type * from './given.ts'
