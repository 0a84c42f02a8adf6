/**
 * Key packages (RFC 9420, 10), published by a device so that others can add it to groups while it
 * is offline.
 */
import { equalBytes } from '@shoal/torrent/base'
import {
  type Credential,
  decodeMlsMessage,
  encodeMlsMessage,
  generateKeyPackageWithKey,
  type KeyPackage,
  type PrivateKeyPackage,
} from 'ts-mls'
import { makeKeyPackageRef, verifyKeyPackage } from 'ts-mls/keyPackage.js'
import { verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js'
import { ChatError } from '../chat-error.ts'
import { type GroupDevice, readCredential } from './credential.ts'
import { LAST_RESORT_EXTENSION, ownCapabilities } from './policy.ts'
import { SUITE, type Suite } from './suite.ts'

/** Largest key package, in bytes. */
const MAX_KEY_PACKAGE_BYTES = 24 * 1024
/** Clocks of devices differ. */
const EARLY_SECONDS = 3600
/** A one-time key package is used for adding within this time, or not at all. */
const LIFE_SECONDS = 90 * 86_400
const MAX_LIFE_SECONDS = LIFE_SECONDS + 2 * EARLY_SECONDS

/** A device that can take part in groups. */
export interface OwnDevice {
  /** See `deviceCredential`. */
  readonly credential: Credential
  /** Ed25519 key pair of RFC 8032: the device's message key. 32 bytes each. */
  readonly messageKey: { readonly publicKey: Uint8Array; readonly seed: Uint8Array }
}

export interface OwnKeyPackage {
  /** The published form. */
  readonly bytes: Uint8Array
  /** Identifies it in a welcome. 32 bytes. */
  readonly ref: Uint8Array
  readonly isLastResort: boolean
  readonly keys: PrivateKeyPackage
}

export interface ForeignKeyPackage {
  readonly keyPackage: KeyPackage
  /** Identifies it in a welcome. 32 bytes. */
  readonly ref: Uint8Array
  readonly device: GroupDevice
  readonly isLastResort: boolean
}

export interface KeyPackageOptions {
  /** Now. */
  readonly unixSeconds: number
  /** Whether it can be reused once the others are used up. */
  readonly isLastResort?: boolean
}

/**
 * Creates a key package with new keys. Its owner deletes the keys after use, except for the last
 * resort.
 */
export async function makeKeyPackage(
  suite: Suite,
  { credential, messageKey }: OwnDevice,
  { unixSeconds, isLastResort = false }: KeyPackageOptions,
): Promise<OwnKeyPackage> {
  const lifetime = {
    notBefore: BigInt(Math.max(0, unixSeconds - EARLY_SECONDS)),
    notAfter: BigInt(unixSeconds + LIFE_SECONDS),
  }
  const extensions = isLastResort
    ? [{ extensionType: LAST_RESORT_EXTENSION, extensionData: new Uint8Array() }]
    : []
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    credential,
    ownCapabilities(),
    lifetime,
    extensions,
    { signKey: messageKey.seed, publicKey: messageKey.publicKey },
    suite,
  )
  return {
    bytes: writeKeyPackage(publicPackage),
    ref: await makeKeyPackageRef(publicPackage, suite.hash),
    isLastResort,
    keys: privatePackage,
  }
}

/**
 * Decodes a published key package, and checks its signatures, credential and validity period.
 * `unixSeconds`: now. Throws `bad-credential`.
 */
export async function readKeyPackage(
  suite: Suite,
  bytes: Uint8Array,
  unixSeconds: number,
): Promise<ForeignKeyPackage> {
  const keyPackage = bytes.length <= MAX_KEY_PACKAGE_BYTES ? decodeWhole(bytes) : null
  if (!keyPackage || keyPackage.cipherSuite !== SUITE) throw bad('It is not one of this kind of group')
  const { leafNode } = keyPackage
  if (leafNode.credential.credentialType !== 'basic') throw bad('It names no device')
  const device = readCredential(leafNode.credential.identity)
  if (!equalBytes(device.device.messageKey, leafNode.signaturePublicKey))
    throw bad('It has the key of another device')
  if (!(await verifyLeafNodeSignatureKeyPackage(leafNode, suite.signature)))
    throw bad('Its signature is wrong')
  if (!(await verifyKeyPackage(keyPackage, suite.signature))) throw bad('Its signature is wrong')
  if (leafNode.leafNodeSource !== 'key_package') throw bad('It has no lifetime')
  const { notBefore, notAfter } = leafNode.lifetime
  const now = BigInt(unixSeconds)
  if (notBefore > now || notAfter < now || notAfter - notBefore > BigInt(MAX_LIFE_SECONDS))
    throw bad('It has expired, or is not valid yet')
  const isLastResort = keyPackage.extensions.some(each => each.extensionType === LAST_RESORT_EXTENSION)
  return { keyPackage, ref: await makeKeyPackageRef(keyPackage, suite.hash), device, isLastResort }
}

/** Returns the key package of this device. Throws `bad-credential`. */
export function readOwnKeyPackage({ bytes }: OwnKeyPackage): KeyPackage {
  const keyPackage = decodeWhole(bytes)
  if (!keyPackage) throw bad('It is not a key package')
  return keyPackage
}

function writeKeyPackage(keyPackage: KeyPackage): Uint8Array {
  return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_key_package', keyPackage })
}

function decodeWhole(bytes: Uint8Array): KeyPackage | null {
  try {
    const [message, length] = decodeMlsMessage(bytes, 0) ?? []
    if (message?.wireformat !== 'mls_key_package' || length !== bytes.length) return null
    return message.keyPackage
  } catch {
    return null
  }
}

function bad(why: string): ChatError {
  return new ChatError(
    'bad-credential',
    `This key package cannot be used. ${why}: ask the device for another.`,
  )
}
