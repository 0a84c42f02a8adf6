/**
 * Credential of a device in a group (RFC 9420, 5.3: basic): the device lists that show whose device
 * it is, and its description. Deterministic CBOR: `[1, [signed device list, …], description of the
 * device]`. One list suffices until the person's root key is replaced.
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
/**
 * Most lists in a credential. After more replacements of the root key, it begins with a later list
 * signed by the person's own key.
 */
const MAX_LISTS = 8
const MAX_BYTES = MAX_LISTS * MAX_LIST_BYTES + MAX_DEVICE_BYTES + 64

/** Verified credentials. The trees of all epochs of a group share their leaves. */
const READ = new WeakMap<Uint8Array, GroupDevice>()

export interface GroupDevice {
  /** The DID of the person for whom the device acts. */
  readonly did: string
  readonly device: Device
  /** SHA-256 of the description. */
  readonly hash: Uint8Array
  /** Encoded credential, as accepted by `readCredential`. */
  readonly identity: Uint8Array
  /** Oldest first; the last one lists the device. */
  readonly lists: readonly SignedDeviceList[]
}

/**
 * Returns the credential of a device. `lists`: as accepted by `judgeDeviceLists` without prior
 * knowledge, oldest first. `description`: as returned by `encodeDevice`. Throws `bad-credential`.
 */
export function deviceCredential(lists: readonly SignedDeviceList[], description: Uint8Array): Credential {
  return { credentialType: 'basic', identity: encodeCredential(lists, description) }
}

/** The same, encoded. */
export function encodeCredential(lists: readonly SignedDeviceList[], description: Uint8Array): Uint8Array {
  const identity = encodeCbor([VERSION, lists.map(({ bytes }) => bytes), description])
  readCredential(identity)
  return identity
}

/**
 * Decodes a credential. Its lists were signed by the person and the last one has the device; the
 * caller has to check that it is the person's newest list. Throws `bad-credential`.
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
