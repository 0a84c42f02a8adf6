/** Checks for members of a room, in Node and in pages: its id, the hashes of its log, the signed heads of its hub, and its home. */
export {
  CLIENT_ID_BYTES,
  entryHash,
  HASH_BYTES,
  type LogEntry,
  type LogHead,
  verifyEntries,
} from './entries.ts'
export {
  type Equivocation,
  openHead,
  proveEquivocation,
  readHead,
  type SignedHead,
  signHead,
} from './heads.ts'
export { type RoomHome, readRoomHome, signRoomHome } from './room-home.ts'
export { MAX_KIND_BYTES, type RoomName, roomId, TRANSFER_KIND } from './room-id.ts'
