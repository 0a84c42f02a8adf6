/**
 * Room logs and inboxes of a hub: the messages, and a client that keeps its verified copy up to
 * date.
 *
 * ```ts
 * import { connectRooms, roomToken } from '@shoal/hub-api/rooms'
 *
 * const client = await connectRooms({ url: 'https://hub.example', session })
 * const log = client.follow({ room, token }, { entries: entries => show(entries) })
 * await log.append(bytes)
 * ```
 *
 * @packageDocumentation
 */
export {
  type LogEntry,
  type LogHead,
  proveEquivocation,
  readHead,
  readRoomHome,
  roomId,
  signHead,
  signRoomHome,
  TRANSFER_KIND,
  verifyEntries,
} from '@shoal/hub-stores/log'
export type { Connect, Link, LinkEvents } from './link.ts'
export type { Part } from './log-parts.ts'
export * from './messages.ts'

export * from './room-error.ts'
export { type RoomListener, RoomLog, type RoomOptions } from './room-log.ts'
export { accessOf, roomToken } from './room-token.ts'
export { type ClientListener, type ClientOptions, RoomsClient } from './rooms-client.ts'
export { connectRooms, ROOMS_PATH, type SocketOptions, socketConnect } from './socket.ts'
