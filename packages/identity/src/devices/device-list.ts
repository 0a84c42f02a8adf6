/**
 * Device lists: the only thing that a person's root key signs (decision 014). A list names the
 * devices that act for the person, by the hash of each device's description, so that someone who is
 * shown one device learns only the number of the others.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { formatDidKey } from '../did-key.ts'
import { isPublicKey } from '../edwards-key.ts'
import { equalKeys } from '../equal-keys.ts'
import { IdentityError } from '../identity-error.ts'
import { isShownName } from '../shown-name.ts'
import {
  type Cbor,
  decodeCbor,
  encodeCbor,
  isBytes,
  isCount,
  readSignedCbor,
  type Signer,
  signCbor,
} from './signed-cbor.ts'

/** Maximum number of devices of a person. */
export const MAX_DEVICES = 32
/** Maximum size of a signed list, in bytes. */
export const MAX_LIST_BYTES = 2048
/** Maximum size of a device's description, in bytes. */
export const MAX_DEVICE_BYTES = 512
/** Maximum validity of a list, which limits how long the removal of a device can be concealed. */
export const MAX_LIST_LIFE_SECONDS = 365 * 86_400
/** The usual validity of a list. A device that has the root key renews it in time. */
export const LIST_LIFE_SECONDS = 90 * 86_400
const PURPOSE = 'shoal/device-list/1'
const VERSION = 1

export const DEVICE_KINDS = ['node', 'browser', 'terminal'] as const
export type DeviceKind = (typeof DEVICE_KINDS)[number]

/** The description of a device. Its keys are random, and the secret halves never leave it. */
export interface Device {
  /** Name given by the person: 1 to 64 bytes of UTF-8. */
  readonly name: string
  readonly kind: DeviceKind
  /** Signs logins. Ed25519, 32 bytes. */
  readonly loginKey: Uint8Array
  /** Signs in groups (MLS). Ed25519, 32 bytes. */
  readonly messageKey: Uint8Array
  /** Unix time in seconds. */
  readonly added: number
}

export interface DeviceList {
  /** The person's first root key, which is their permanent DID. Ed25519, 32 bytes. */
  readonly person: Uint8Array
  /** 0 for the first list, then one more than that of the previous list. */
  readonly sequence: number
  /** SHA-256 of the previous signed list. Null for the first. */
  readonly previous: Uint8Array | null
  /**
   * The key that signs: the person's root key, or its successor after a replacement. Ed25519, 32
   * bytes.
   */
  readonly root: Uint8Array
  /**
   * SHA-256 of the public key that may sign in place of `root`. That key is secret until it signs.
   */
  readonly successor: Uint8Array
  /** Unix time in seconds. */
  readonly issued: number
  /** Unix time in seconds. */
  readonly expires: number
  /** SHA-256 of each device's description. */
  readonly devices: readonly Uint8Array[]
}

export interface SignedDeviceList {
  readonly list: DeviceList
  /** The bytes that are sent and stored. */
  readonly bytes: Uint8Array
  /** SHA-256 of `bytes`. */
  readonly hash: Uint8Array
}

/** The members of a list that its signer chooses. */
export type NewDeviceList = Pick<DeviceList, 'successor' | 'issued' | 'expires' | 'devices'>

/**
 * Signs the list after `before`, or the first one. The signer is the root key, or the successor
 * committed to in `before`. Throws `bad-argument` if the list breaks a limit or the signer may not
 * sign it.
 */
export function signDeviceList(
  content: NewDeviceList,
  before: SignedDeviceList | null,
  signer: Signer,
): SignedDeviceList {
  const list: DeviceList = {
    ...content,
    person: before?.list.person ?? signer.publicKey,
    sequence: before ? before.list.sequence + 1 : 0,
    previous: before?.hash ?? null,
    root: signer.publicKey,
  }
  if (before && !isSuccession(before.list, list) && !isContinuation(before.list, list))
    throw new IdentityError(
      'bad-argument',
      'This key cannot sign this device list: only the successor of the root key can, or the root key with the same successor.',
    )
  const bytes = signCbor(toCbor(list), PURPOSE, signer)
  try {
    return readDeviceList(bytes)
  } catch (cause) {
    throw new IdentityError('bad-argument', 'This device list is outside its limits', { cause })
  }
}

/**
 * Reads a signed list and checks its form, its limits and its signature, but not whether its signer
 * acts for the person: that takes the lists before it, see `judgeDeviceLists`. Throws
 * `bad-device-list`.
 */
export function readDeviceList(bytes: Uint8Array): SignedDeviceList {
  if (bytes.length > MAX_LIST_BYTES) throw bad('It is too long')
  const signed = readSignedCbor(bytes)
  if (!signed || !Array.isArray(signed.payload)) throw bad('It is not a signed list')
  const list = fromCbor(signed.payload)
  if (!signed.isSignedBy(list.root, PURPOSE)) throw bad('Its signature is wrong')
  return { list, bytes: bytes.slice(), hash: sha256(bytes) }
}

/**
 * Returns true if the key that signs `next` is the successor committed to in `before`, and names
 * its own successor.
 */
export function isSuccession(before: DeviceList, next: DeviceList): boolean {
  return !equalKeys(before.root, next.root) && equalKeys(before.successor, successorOf(next.root))
}

/**
 * Returns true if the same key signs both. It cannot name another successor, so a thief of the key
 * cannot lock the person out.
 */
export function isContinuation(before: DeviceList, next: DeviceList): boolean {
  return equalKeys(before.root, next.root) && equalKeys(before.successor, next.successor)
}

/** Returns the commitment to a public key, for `successor`. */
export function successorOf(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey)
}

/** Returns true while the list is valid. `unixSeconds`: now. */
export function isCurrent({ expires }: DeviceList, unixSeconds: number): boolean {
  return expires > unixSeconds
}

/** Encodes the description of a device. Throws `bad-argument` outside the limits. */
export function encodeDevice(device: Device): Uint8Array {
  const { name, kind, loginKey, messageKey, added } = device
  const bytes = encodeCbor([VERSION, name, kind, loginKey, messageKey, added])
  try {
    readDevice(bytes)
  } catch (cause) {
    throw new IdentityError(
      'bad-argument',
      'The name of a device has 1 to 64 bytes, and its keys are Ed25519 keys',
      { cause },
    )
  }
  return bytes
}

/** Reads the description of a device. Throws `bad-device-list`. */
export function readDevice(bytes: Uint8Array): Device {
  const value = bytes.length <= MAX_DEVICE_BYTES ? decodeCbor(bytes) : null
  if (!Array.isArray(value) || value[0] !== VERSION) throw bad('A device is described in an unknown form')
  const [, name, kind, loginKey, messageKey, added] = value as readonly Cbor[]
  if (typeof name !== 'string' || !isShownName(name)) throw bad('The name of a device is invalid')
  const known = DEVICE_KINDS.find(each => each === kind)
  if (!known) throw bad('The kind of a device is unknown')
  return { name, kind: known, loginKey: key(loginKey), messageKey: key(messageKey), added: seconds(added) }
}

/** Returns the name of a device in lists: SHA-256 of its description. */
export function deviceHash(device: Uint8Array): Uint8Array {
  return sha256(device)
}

/** The DID of the person. */
export function didOf({ person }: DeviceList): string {
  return formatDidKey(person)
}

function toCbor(list: DeviceList): Cbor {
  const { person, sequence, previous, root, successor, issued, expires, devices } = list
  return [VERSION, person, sequence, previous, root, successor, issued, expires, devices]
}

function fromCbor(value: readonly Cbor[]): DeviceList {
  const [version, person, sequence, previous, root, successor, issued, expires, devices] = value
  if (version !== VERSION) throw bad('It has an unknown version')
  if (!isCount(sequence)) throw bad('Its number is invalid')
  if (!Array.isArray(devices) || devices.length > MAX_DEVICES) throw bad('It has too many devices')
  const personKey = key(person)
  const list: DeviceList = {
    person: personKey,
    sequence,
    previous: previous === null ? null : hash(previous),
    root: root instanceof Uint8Array && equalKeys(root, personKey) ? personKey : key(root),
    successor: hash(successor),
    issued: seconds(issued),
    expires: seconds(expires),
    devices: devices.map(hash),
  }
  if ((list.previous === null) !== (sequence === 0)) throw bad('It does not name the list before it')
  if (sequence === 0 && !equalKeys(list.person, list.root))
    throw bad('The first list is signed by the person')
  if (list.expires <= list.issued || list.expires - list.issued > MAX_LIST_LIFE_SECONDS)
    throw bad('Its time of validity is invalid')
  if (new Set(list.devices.map(String)).size !== list.devices.length) throw bad('It names a device twice')
  return list
}

function seconds(value: Cbor | undefined): number {
  if (!isCount(value)) throw bad('A time is invalid')
  return value
}

function key(value: Cbor | undefined): Uint8Array {
  if (!(value instanceof Uint8Array) || !isPublicKey(value)) throw bad('A key is invalid')
  return value.slice()
}

function hash(value: Cbor | undefined): Uint8Array {
  if (!isBytes(value, 32)) throw bad('A hash is invalid')
  return value.slice()
}

/** Returns the error for unusable lists. */
export function bad(why: string): IdentityError {
  return new IdentityError('bad-device-list', `This device list cannot be used. ${why}.`)
}
