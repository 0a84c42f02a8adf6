/**
 * The home of a room: the hub that stores its log. It is signed by a device of the creator, so that
 * the room can move; the highest number counts. COSE_Sign1 (RFC 9052) over deterministic CBOR: `[1,
 * creator, salt, kind, number, hub, issued, key]`.
 */
import { isCount, readSignedCbor, type Signer, signCbor } from '@shoal/identity/signed-cbor'
import { StoreError } from '../store-error.ts'
import { type RoomName, roomId } from './room-id.ts'

const PURPOSE = 'shoal/room-home/1'
const VERSION = 1
/** Largest signed home, in bytes. */
const MAX_HOME_BYTES = 1024
const MAX_HUB_CHARACTERS = 256
const HUB = /^(?:https:\/\/|did:web:)[\x21-\x7e]+$/

export interface RoomHome extends RoomName {
  /** The home with the highest number counts. At least 1. */
  readonly number: number
  /** `https://…` or `did:web:…` of the hub. At most 256 characters. */
  readonly hub: string
  /** Unix time in seconds. */
  readonly issued: number
}

/**
 * Signs the home of a room with the login key of a device of its creator. Returns at most 1,024
 * bytes. Throws `bad-argument` outside the limits.
 */
export function signRoomHome(home: RoomHome, signer: Signer): Uint8Array {
  roomId(home)
  const { creator, salt, kind, number, hub, issued } = home
  const bytes = signCbor(
    [VERSION, creator, salt, kind, number, hub, issued, signer.publicKey],
    PURPOSE,
    signer,
  )
  try {
    readRoomHome(bytes)
  } catch (cause) {
    throw new StoreError(
      'bad-argument',
      'A home has a number from 1 on and the https or did:web address of a hub',
      {
        cause,
      },
    )
  }
  return bytes
}

/**
 * Decodes a signed home. `id` is the room's. `key` signed it: the caller checks that it is the
 * login key of a device in the newest device list of `creator`. Throws `bad-home` if its form or
 * signature is invalid.
 */
export function readRoomHome(
  bytes: Uint8Array,
): RoomHome & { readonly id: Uint8Array; readonly key: Uint8Array } {
  const signed = bytes.length <= MAX_HOME_BYTES ? readSignedCbor(bytes) : null
  const payload = signed?.payload
  if (!signed || !Array.isArray(payload) || payload.length !== 8 || payload[0] !== VERSION) throw bad()
  const [, creator, salt, kind, number, hub, issued, key] = payload as readonly unknown[]
  if (typeof creator !== 'string' || !(salt instanceof Uint8Array) || typeof kind !== 'string') throw bad()
  if (!isCount(number) || number < 1 || !isCount(issued) || !(key instanceof Uint8Array)) throw bad()
  if (typeof hub !== 'string' || hub.length > MAX_HUB_CHARACTERS || !HUB.test(hub)) throw bad()
  if (key.length !== 32 || !signed.isSignedBy(key, PURPOSE)) throw bad()
  return { creator, salt, kind, number, hub, issued, key, id: idOf({ creator, salt, kind }) }
}

function idOf(name: RoomName): Uint8Array {
  try {
    return roomId(name)
  } catch {
    throw bad()
  }
}

function bad(): StoreError {
  return new StoreError(
    'bad-home',
    'This is not a home that was signed for a room: ask its creator for it again.',
  )
}
