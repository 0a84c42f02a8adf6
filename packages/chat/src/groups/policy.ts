/**
 * The rules of a group, an extension of the group's context that every member holds (RFC 9420,
 * 8.1), so that all agree on them in each epoch and a hub does not know them. Deterministic CBOR:
 * `[1, name, [DID of each admin], members may add, [DID of each allowed person] or null, seconds]`.
 */
import { parseDidKey } from '@shoal/identity'
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { type Capabilities, type Extension, encodeRequiredCapabilities } from 'ts-mls'
import { ChatError } from '../chat-error.ts'
import { SUITE } from './suite.ts'

/** For private use (RFC 9420, 17.3). */
export const POLICY_EXTENSION = 0xf5a0
/** The key package may be used more than once (RFC 9420, 17.3). */
export const LAST_RESORT_EXTENSION = 0x000a
const VERSION = 1
const MAX_NAME_BYTES = 200
const MAX_ADMINS = 64
const MAX_ALLOWED = 1000
const MAX_SLOW_SECONDS = 86_400
const MAX_BYTES = 128 * 1024

export interface GroupPolicy {
  /** At most 200 bytes of UTF-8. */
  readonly name: string
  /** DIDs of 1 to 64 persons, who can add, remove and change the rules. */
  readonly admins: readonly string[]
  /** Whether every member can add persons. Devices of a member's own are always allowed. */
  readonly membersAdd: boolean
  /** DIDs of those who can be added, at most 1,000. Null for everyone. */
  readonly allowed: readonly string[] | null
  /**
   * Minimum seconds between two messages of a person other than an admin. 0: no limit. At most a
   * day.
   */
  readonly slowSeconds: number
}

/** Returns the extensions of the group's context. Throws `bad-policy` outside the limits. */
export function policyExtensions(policy: GroupPolicy): Extension[] {
  const extensionData = encodePolicy(policy)
  const required = {
    extensionTypes: [POLICY_EXTENSION],
    proposalTypes: [],
    credentialTypes: ['basic' as const],
  }
  return [
    { extensionType: 'required_capabilities', extensionData: encodeRequiredCapabilities(required) },
    { extensionType: POLICY_EXTENSION, extensionData },
  ]
}

/** Returns the bytes of the rules. Throws `bad-policy` outside the limits. */
export function encodePolicy(policy: GroupPolicy): Uint8Array {
  const { name, admins, membersAdd, allowed, slowSeconds } = policy
  const bytes = encodeCbor([VERSION, name, admins, membersAdd ? 1 : 0, allowed, slowSeconds])
  decodePolicy(bytes)
  return bytes
}

/** Decodes the rules. Throws `bad-policy` if they are missing or there is any unknown extension. */
export function readPolicy(extensions: readonly Extension[]): GroupPolicy {
  const [required, own, more] = extensions
  if (required?.extensionType !== 'required_capabilities' || more) throw bad()
  if (own?.extensionType !== POLICY_EXTENSION) throw bad()
  return decodePolicy(own.extensionData)
}

/** Capabilities of all our devices (RFC 9420, 7.2). */
export function ownCapabilities(): Capabilities {
  return {
    versions: ['mls10'],
    ciphersuites: [SUITE],
    extensions: [POLICY_EXTENSION, LAST_RESORT_EXTENSION],
    proposals: [],
    credentials: ['basic'],
  }
}

/** Reverses `encodePolicy`. Throws `bad-policy`. */
export function decodePolicy(bytes: Uint8Array): GroupPolicy {
  const value = bytes.length <= MAX_BYTES ? decodeCbor(bytes) : null
  if (!Array.isArray(value) || value.length !== 6) throw bad()
  const [version, name, admins, membersAdd, allowed, slowSeconds] = value
  if (version !== VERSION || typeof name !== 'string') throw bad()
  if (new TextEncoder().encode(name).length > MAX_NAME_BYTES) throw bad()
  if (membersAdd !== 0 && membersAdd !== 1) throw bad()
  if (!Number.isInteger(slowSeconds) || slowSeconds < 0 || slowSeconds > MAX_SLOW_SECONDS) throw bad()
  return {
    name,
    admins: readDids(admins, 1, MAX_ADMINS),
    membersAdd: membersAdd === 1,
    allowed: allowed === null ? null : readDids(allowed, 0, MAX_ALLOWED),
    slowSeconds,
  }
}

function readDids(value: unknown, least: number, most: number): readonly string[] {
  if (!Array.isArray(value) || value.length < least || value.length > most) throw bad()
  if (new Set(value).size !== value.length) throw bad()
  for (const did of value)
    try {
      if (typeof did !== 'string') throw bad()
      parseDidKey(did)
    } catch (cause) {
      throw bad(cause)
    }
  return value as string[]
}

function bad(cause?: unknown): ChatError {
  return new ChatError(
    'bad-policy',
    'The rules of the group cannot be used: a group has 1 to 64 admins, a name of at most 200 bytes, and at most 1,000 allowed persons.',
    { cause },
  )
}
