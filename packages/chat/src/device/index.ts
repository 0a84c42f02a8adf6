/** The chat of one device, and its dependencies. */
export { ChatDevice } from './chat-device.ts'
export { Conversation } from './conversation.ts'

export type * from './ports.ts'
