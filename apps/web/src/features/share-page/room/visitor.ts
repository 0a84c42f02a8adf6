/**
 * The identity of this browser in the room of a share: another person in each room, so that visits
 * to two rooms cannot be linked.
 */
import { ShareRoom } from '@shoal/chat/share-rooms'
import { encodeCredential, type Visitor } from '@shoal/chat/visit'
import { roomId } from '@shoal/hub-api/rooms'
import { KeyPair } from '@shoal/identity'
import { readDeviceList } from '@shoal/identity/devices'
import { hex } from '@shoal/torrent/base'
import { KeptRecord } from '../../../shared/base/kept-record.ts'
import { createIdentity } from '../../../shared/identity/identity.ts'
import { makeMessageKey, openMessageKey, type SealedKey } from '../../../shared/identity/message-key.ts'

interface KeptVisitor {
  readonly did: string
  readonly credential: Uint8Array
  readonly messageKey: SealedKey
  readonly name: string
}

/** A visitor whose name can be kept for the next visit. */
export interface NamedVisitor {
  readonly visitor: Visitor
  readonly name: string
  keepName(name: string): void
}

/**
 * Returns the visitor of this browser in a room, a new one at the first visit. Pages without https
 * have no key storage: there it is a new one each time. `secret`: of the room.
 */
export async function loadVisitor(secret: Uint8Array): Promise<NamedVisitor> {
  // Scripts of the origin can list the names of databases, and browsers keep them in files.
  const room = roomId(new ShareRoom(secret).name)
  const record = new KeptRecord<KeptVisitor>(`shoal-visitor-${hex(room.subarray(0, 8))}`, 'visitor')
  const kept = (await record.load()) ?? (await makeKept().catch(() => null))
  if (!kept) return { visitor: await makeVisitor(), name: '', keepName() {} }
  const { did, credential, messageKey, name } = kept
  const { seed } = await openMessageKey(messageKey)
  return {
    visitor: { did, credential, signer: new KeyPair(seed) },
    name,
    // Without storage, this is a new person at the next visit.
    keepName: chosen => void record.save({ ...kept, name: chosen }).catch(() => {}),
  }
}

async function makeKept(): Promise<KeptVisitor> {
  const messageKey = await makeMessageKey()
  return { ...(await makePerson(messageKey.publicKey)), messageKey, name: '' }
}

async function makeVisitor(): Promise<Visitor> {
  const signer = KeyPair.generate()
  return { ...(await makePerson(signer.publicKey)), signer }
}

/** Creates a person with this browser as the only device. The root key is not kept. */
async function makePerson(messageKey: Uint8Array): Promise<Pick<Visitor, 'did' | 'credential'>> {
  const { device } = await createIdentity('Browser', messageKey)
  const credential = encodeCredential(device.lists.map(readDeviceList), device.description)
  return { did: device.did, credential }
}
