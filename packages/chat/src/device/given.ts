/** Dependencies shared by all conversations of a device. */
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
  /** Opens a journal; a write failure ends the chat, since only stored data may be sent. */
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
  /** Identifies the key package. */
  readonly ref: Uint8Array
  /** Hash of the inviting device. */
  readonly from: Uint8Array
  /** DID of its person. */
  readonly did: string
}

/** A conversation of this device, as stored in its journal. */
export interface RoomRecord {
  readonly id: Uint8Array
  readonly name: ChatRoomName
  /** The secret of the hub's tokens when this device joined. */
  readonly accessSecret: Uint8Array
  /** First epoch of the group that used it. */
  readonly accessEpoch: number
  /** For the room of a share: its link's secret. */
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

/** Record of a removed conversation. */
export function writeForgotten(id: Uint8Array): Uint8Array {
  return encodeCbor([id])
}

/** Returns only the id for a removed conversation. Throws `bad-argument`. */
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
