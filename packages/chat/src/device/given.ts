/** The parts that all conversations of a device share. */
import { decodeCbor, encodeCbor, type Signer } from '@shoal/identity/signed-cbor'
import { ChatError } from '../chat-error.ts'
import type { GroupDevice } from '../groups/credential.ts'
import type { GroupOwner } from '../groups/group.ts'
import type { GroupJournal } from '../groups/group-records.ts'
import type { Suite } from '../groups/suite.ts'
import type { OwnKeys } from './own-keys.ts'
import type { ChatPorts, ChatRoomName, Journal, Place } from './ports.ts'

export interface Given {
  readonly ports: ChatPorts
  readonly suite: Suite
  readonly own: GroupDevice
  /** The credential of this device, encoded. */
  readonly credential: Uint8Array
  /** The message key of this device. */
  readonly signer: Signer
  readonly keys: OwnKeys
  /** See `ChatOptions`. */
  readonly pageMessages: number
  /** Opens a journal; a failure to write it ends the chat, since nothing may leave that is not written. */
  openJournal(name: string): Promise<Journal>
  groupOwner(journal: GroupJournal): GroupOwner
}

/** Returns whether this person blocked another one. */
export function isBlocked({ ports }: Given, did: string): boolean {
  return ports.people.known(did)?.isBlocked ?? false
}

/** The welcome that adds this device to a group. */
interface ExpectedWelcome {
  /** The client id of its entry. */
  readonly id: Uint8Array
  readonly key: Uint8Array
  /** Names the key package. */
  readonly ref: Uint8Array
  /** The hash of the device that invited this one. */
  readonly from: Uint8Array
  /** The DID of its person. */
  readonly did: string
}

/** A conversation of this device, as its journal has it. */
export interface RoomRecord {
  readonly id: Uint8Array
  readonly name: ChatRoomName
  /** The secret of the hub's tokens when this device came. */
  readonly accessSecret: Uint8Array
  /** The epoch of the group that began with it. */
  readonly accessEpoch: number
  /** For the room of a share: the secret of its link. */
  readonly linkSecret: Uint8Array | null
  readonly home: string
  readonly creates: boolean
  readonly after: Place
  readonly welcome: ExpectedWelcome | null
}

export function writeRoomRecord(room: RoomRecord): Uint8Array {
  const { id, name, accessSecret, accessEpoch, linkSecret, home, creates, after, welcome } = room
  return encodeCbor([
    ...[id, name.creator, name.salt, name.kind, accessSecret, linkSecret, home, creates ? 1 : 0],
    ...[after.sequence, after.hash],
    welcome && [welcome.id, welcome.key, welcome.ref, welcome.from, welcome.did],
    accessEpoch,
  ])
}

/** The record of a conversation that was removed. */
export function writeForgotten(id: Uint8Array): Uint8Array {
  return encodeCbor([id])
}

/** Returns the id alone for a conversation that was removed. Throws `bad-argument`. */
export function readRoomRecord(record: Uint8Array): RoomRecord | Uint8Array {
  const value = decodeCbor(record)
  if (!Array.isArray(value)) throw new ChatError('bad-argument', 'The list of conversations is damaged.')
  if (value.length === 1) return value[0] as Uint8Array
  const [
    id,
    creator,
    salt,
    kind,
    accessSecret,
    linkSecret,
    home,
    creates,
    sequence,
    hash,
    expected,
    accessEpoch,
  ] = value as unknown as [
    ...[Uint8Array, string, Uint8Array, ChatRoomName['kind'], Uint8Array, Uint8Array | null, string, number],
    ...[number, Uint8Array, readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array, string] | null],
    number,
  ]
  const name = { creator, salt, kind }
  const after = { sequence, hash }
  const isOwn = creates === 1
  const room = { id, name, accessSecret, accessEpoch, linkSecret, home, creates: isOwn, after }
  if (!expected) return { ...room, welcome: null }
  const [welcomeId, key, ref, from, did] = expected
  return { ...room, welcome: { id: welcomeId, key, ref, from, did } }
}
