/** Entries of rooms, as seen by hubs. */
export {
  encodeEnvelope,
  readEnvelope,
} from './envelope.ts'
