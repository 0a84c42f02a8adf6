/** Messages of rooms and groups, before they are encrypted. */
export {
  MAX_CONTENT_BYTES,
  MAX_PARENTS,
  type Message,
  type ReadMessage,
  type Report,
  readMessage,
  verifyReport,
  type WrittenMessage,
  writeMessage,
} from './message.ts'
