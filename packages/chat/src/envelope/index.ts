/** Entries of rooms, as hubs see them. */
export {
  encodeEnvelope,
  readEnvelope,
} from './envelope.ts'
