import { ROOM_ERROR_CODES, RoomError } from '@shoal/hub-api/rooms'

/** Turns anything thrown into an error that a client may see, or null if nobody foresaw it. */
export function toRoomError(error: unknown): RoomError | null {
  if (error instanceof RoomError) return error
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  // The database: what the client can do is try again.
  if (code === 'closed' || code === 'no-space' || code === 'io')
    return new RoomError('unavailable', 'The hub cannot store anything at the moment: try again later')
  const known = ROOM_ERROR_CODES.find(each => each === code)
  return known ? new RoomError(known, String(message)) : null
}
