/**
 * A device that was removed from a group for its silence is back, and asks own devices and admins
 * to add it again.
 */
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import type { Group } from '../groups/group.ts'
import type { Given } from './given.ts'
import { badNote } from './sealed-note.ts'
import { otherOwnDevices, sendNotes } from './send-notes.ts'

/**
 * Sends the request, unless this device is not in the newest list of its person. Rejects while the
 * hub gives no answer.
 */
export async function askBack(given: Given, home: string, group: Group): Promise<void> {
  const { own } = given
  const ownOnes = await otherOwnDevices(given, home)
  if (!ownOnes) return
  const { admins } = group.policy
  const others = group.members
    .filter(({ did }) => did !== own.did && admins.includes(did))
    .map(({ did, hash }) => ({ did, device: hash }))
  await sendNotes(given, home, 'request', encodeCbor([group.id]), [...ownOnes, ...others])
}

/** Returns the room that a device requests. Throws `bad-message`. */
export function readRequest(fields: Uint8Array): Uint8Array {
  const value = decodeCbor(fields)
  const [room] = Array.isArray(value) ? value : []
  if (!(room instanceof Uint8Array) || room.length !== 32) throw badNote()
  return room
}
