/** The chat of one device, and everything that it needs from outside. */
export { ChatError, type ChatErrorCode } from '../chat-error.ts'
export { ChatDevice, type ChatListener, type ChatOptions, type Found, type NewGroup } from './chat-device.ts'
export {
  Conversation,
  type ConversationListener,
} from './conversation.ts'
export type { Settings } from './history.ts'
export { HistoryTransfer } from './history-transfer.ts'
export type { MessagePage, PageOptions } from './message-page.ts'
export type { ReadMark } from './message-reader.ts'
export type { Unread } from './message-store.ts'
export type { Delivery } from './outgoing.ts'
export type * from './ports.ts'
export type { Presence } from './presence.ts'
export { commitmentOf, type ReportedMessage, readReport, verifyReport } from './report.ts'
