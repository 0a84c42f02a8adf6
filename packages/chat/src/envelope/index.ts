/** Entries of rooms, as hubs see them. */
export { ChatError, type ChatErrorCode } from '../chat-error.ts'
export {
  bindingOf,
  ENVELOPE_KINDS,
  type EntryName,
  type Envelope,
  type EnvelopeKind,
  encodeEnvelope,
  readEnvelope,
} from './envelope.ts'
export { pad, paddedLength, unpad } from './padding.ts'
