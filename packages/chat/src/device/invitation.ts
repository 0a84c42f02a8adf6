/**
 * Invitations, which members added to a group receive in their inboxes (see sealed-note.ts). They
 * contain no address: the room is at the hub of the inbox.
 */
import { decodeCbor, encodeCbor, isBytes } from '@shoal/identity/signed-cbor'
import type { ChatRoomName, Place } from './ports.ts'
import { badNote } from './sealed-note.ts'

export interface Invitation {
  readonly name: ChatRoomName
  /** See `RoomToFollow`. */
  readonly accessSecret: Uint8Array
  readonly accessEpoch: number
  /** Place of the commit that added the device. */
  readonly place: Place
  /** Client id of the entry with the welcome, and the key that opens it. */
  readonly welcomeId: Uint8Array
  readonly welcomeKey: Uint8Array
}

/** Returns the fields of a note. */
export function writeInvitation(invitation: Invitation): Uint8Array {
  const { name, accessSecret, accessEpoch, place, welcomeId, welcomeKey } = invitation
  return encodeCbor([
    ...[name.creator, name.salt, name.kind, accessSecret, accessEpoch],
    ...[place.sequence, place.hash, welcomeId, welcomeKey],
  ])
}

/** Reads the fields of a note. Throws `bad-message`. */
export function readInvitation(fields: Uint8Array): Invitation {
  const value = decodeCbor(fields)
  if (!Array.isArray(value) || value.length !== 9) throw badNote()
  const [creator, salt, kind, accessSecret, accessEpoch, sequence, hash, welcomeId, welcomeKey] = value
  if (typeof creator !== 'string' || !creator.startsWith('did:') || creator.length > 256) throw badNote()
  if (kind !== 'group' || !Number.isSafeInteger(accessEpoch) || accessEpoch < 0) throw badNote()
  if (!Number.isSafeInteger(sequence) || sequence < 1 || !isBytes(welcomeId, 16)) throw badNote()
  for (const each of [salt, accessSecret, hash, welcomeKey]) if (!isBytes(each, 32)) throw badNote()
  return {
    name: { creator, salt, kind },
    accessSecret,
    accessEpoch,
    place: { sequence, hash },
    welcomeId,
    welcomeKey,
  }
}
