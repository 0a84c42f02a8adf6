/**
 * Verification for members of a room, in Node and in pages: its id, the hashes of its log, the
 * hub's signed heads, and its home.
 */
export {
  entryHash,
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
export { readRoomHome, signRoomHome } from './room-home.ts'
export { type RoomName, roomId, TRANSFER_KIND } from './room-id.ts'
