/** The chat of one device, and everything that it needs from outside. */
export { ChatDevice } from './chat-device.ts'
export { Conversation } from './conversation.ts'

export type * from './ports.ts'
