/** What members of a room check, in Node and in pages: the room's id, its log's hashes, the hub's signed heads, and the room's home. */
export { entryHash, HASH_BYTES, type LogEntry, type LogHead, verifyEntries } from './entries.ts'
export { type Equivocation, proveEquivocation, readHead, type SignedHead, signHead } from './heads.ts'
export { type RoomHome, readRoomHome, signRoomHome } from './room-home.ts'
export { MAX_KIND_BYTES, type RoomName, roomId } from './room-id.ts'
