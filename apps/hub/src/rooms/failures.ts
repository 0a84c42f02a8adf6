import { ROOM_ERROR_CODES, RoomError } from '@shoal/hub-api/rooms'

/** Converts anything thrown into an error for clients, or returns null for unexpected errors. */
export function toRoomError(error: unknown): RoomError | null {
  if (error instanceof RoomError) return error
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  // A database failure: the client can only retry.
  if (code === 'closed' || code === 'no-space' || code === 'io')
    return new RoomError('unavailable', 'The hub cannot store anything at the moment: try again later')
  const known = ROOM_ERROR_CODES.find(each => each === code)
  return known ? new RoomError(known, String(message)) : null
}
