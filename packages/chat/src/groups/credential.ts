/**
 * The credential of a device in a group (RFC 9420, 5.3: basic): the device lists that show whose device it is, and its description.
 * Deterministic CBOR: `[1, [signed device list, …], description of the device]`. One list suffices until the person's root key is replaced.
 */
import {
  type Device,
  deviceHash,
  didOf,
  judgeDeviceLists,
  MAX_DEVICE_BYTES,
  MAX_LIST_BYTES,
  readDevice,
  readDeviceList,
  type SignedDeviceList,
} from '@shoal/identity/devices'
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { equalBytes } from '@shoal/torrent/base'
import type { Credential } from 'ts-mls'
import { ChatError } from '../chat-error.ts'

const VERSION = 1
/** Most lists in a credential. A person who replaced the root key more often begins with a later list that the person's own key signed. */
const MAX_LISTS = 8
const MAX_BYTES = MAX_LISTS * MAX_LIST_BYTES + MAX_DEVICE_BYTES + 64

/** Credentials whose signatures were verified. The trees of all epochs of a group share their leaves. */
const READ = new WeakMap<Uint8Array, GroupDevice>()

export interface GroupDevice {
  /** The DID of the person for whom the device acts. */
  readonly did: string
  readonly device: Device
  /** SHA-256 of the description. */
  readonly hash: Uint8Array
  /** The credential, as `readCredential` accepts it. */
  readonly identity: Uint8Array
  /** Oldest first; the last one lists the device. */
  readonly lists: readonly SignedDeviceList[]
}

/** Returns the credential of a device. `lists`: as `judgeDeviceLists` accepts them from somebody new, oldest first. `description`: as `encodeDevice` returned it. Throws `bad-credential`. */
export function deviceCredential(lists: readonly SignedDeviceList[], description: Uint8Array): Credential {
  const identity = encodeCbor([VERSION, lists.map(({ bytes }) => bytes), description])
  readCredential(identity)
  return { credentialType: 'basic', identity }
}

/**
 * Reads a credential. Its lists were signed by the person and the last one has the device; whether that is the person's newest list, only whoever knows the person can tell. Throws
 * `bad-credential`.
 */
export function readCredential(identity: Uint8Array): GroupDevice {
  const known = READ.get(identity)
  if (known) return known
  const device = verifyCredential(identity)
  READ.set(identity, device)
  return device
}

function verifyCredential(identity: Uint8Array): GroupDevice {
  const value = identity.length <= MAX_BYTES ? decodeCbor(identity) : null
  if (!Array.isArray(value) || value.length !== 3 || value[0] !== VERSION) throw bad()
  const [, texts, description] = value
  if (!Array.isArray(texts) || texts.length === 0 || texts.length > MAX_LISTS) throw bad()
  if (!(description instanceof Uint8Array)) throw bad()
  try {
    const lists = texts.map(bytes => readDeviceList(bytes instanceof Uint8Array ? bytes : new Uint8Array()))
    const did = didOf(lists[0]!.list)
    const { list } = judgeDeviceLists(did, null, lists)
    const hash = deviceHash(description)
    if (!list.list.devices.some(each => equalBytes(each, hash))) throw bad()
    return { did, device: readDevice(description), hash, identity, lists }
  } catch (cause) {
    throw bad(cause)
  }
}

function bad(cause?: unknown): ChatError {
  return new ChatError(
    'bad-credential',
    'The credential does not show that the device acts for the person: ask the person to add the device again.',
    { cause },
  )
}
