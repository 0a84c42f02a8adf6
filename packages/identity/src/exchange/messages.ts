/**
 * Messages of `/shoal/people/1`, by which the nodes of contacts exchange certificates, device lists
 * and profiles (decision 019). All are CBOR arrays:
 *
 * request: [1, lists of the asked person that the asker has, version of the profile that it has or
 * null, own lists, own version or null] response: [1, certificate or null, number of lists, [signed
 * lists], signed profile or null, description of the device that signed it or null]
 */
import { MAX_DEVICE_BYTES, MAX_LIST_BYTES } from '../devices/device-list.ts'
import { type Cbor, decodeCbor, encodeCbor } from '../devices/signed-cbor.ts'
import { IdentityError } from '../identity-error.ts'
import { MAX_PROFILE_BYTES } from '../profile/profile.ts'

export const PEOPLE_PROTOCOL = '/shoal/people/1'
/** Maximum size of the lists in a response, in bytes. One list always fits. */
export const MAX_PAGE_BYTES = 16 * 1024
const MAX_CERTIFICATE_BYTES = 256
/** Maximum length of a message. */
export const MAX_PEOPLE_MESSAGE_BYTES =
  MAX_PAGE_BYTES + MAX_PROFILE_BYTES + MAX_DEVICE_BYTES + MAX_CERTIFICATE_BYTES + 1024
const VERSION = 1
const MAX_LISTS_IN_PAGE = 256

/** The newest data that a node has of a person. */
export interface PersonState {
  /** Number of device lists, from the first one on. */
  readonly lists: number
  /** Version of the profile; null if there is none. */
  readonly profile: number | null
}

export interface PeopleRequest {
  /** The state of the requested person, as known to the requester. */
  readonly known: PersonState
  /**
   * The state of the requester's own person, so that the other node can send a request in turn.
   * `NO_STATE` for nodes to which it does not show the person.
   */
  readonly own: PersonState
}

export interface PeopleResponse {
  /** See `signDelegation`. */
  readonly certificate: Uint8Array | null
  /** Number of device lists that the sender has. */
  readonly count: number
  /**
   * Signed lists, in order: starting with the last one that the requester has, or the sender's
   * last one, as many as fit.
   */
  readonly lists: readonly Uint8Array[]
  /**
   * A profile newer than the requester's, and the description of the device that signed it. Only
   * together with the last list.
   */
  readonly profile: { readonly bytes: Uint8Array; readonly device: Uint8Array } | null
}

export const NO_STATE: PersonState = { lists: 0, profile: null }
export const EMPTY_RESPONSE: PeopleResponse = { certificate: null, count: 0, lists: [], profile: null }

export function encodePeopleRequest({ known, own }: PeopleRequest): Uint8Array {
  return encodeCbor([VERSION, known.lists, known.profile, own.lists, own.profile])
}

/** Throws `bad-message`. */
export function decodePeopleRequest(bytes: Uint8Array): PeopleRequest {
  const [version, lists, profile, ownLists, ownProfile] = arrayOf(bytes, 5)
  if (version !== VERSION) throw bad('an unknown version')
  return {
    known: { lists: count(lists), profile: countOrNull(profile) },
    own: { lists: count(ownLists), profile: countOrNull(ownProfile) },
  }
}

export function encodePeopleResponse({ certificate, count, lists, profile }: PeopleResponse): Uint8Array {
  return encodeCbor([VERSION, certificate, count, lists, profile?.bytes ?? null, profile?.device ?? null])
}

/** Checks the form and the limits, but no signature. Throws `bad-message`. */
export function decodePeopleResponse(bytes: Uint8Array): PeopleResponse {
  const [version, certificate, number, lists, profile, device] = arrayOf(bytes, 6)
  if (version !== VERSION) throw bad('an unknown version')
  if (!Array.isArray(lists) || lists.length > MAX_LISTS_IN_PAGE) throw bad('too many lists')
  const signed = bytesOrNull(profile, MAX_PROFILE_BYTES)
  const described = bytesOrNull(device, MAX_DEVICE_BYTES)
  if ((signed === null) !== (described === null)) throw bad('a profile without its device')
  return {
    certificate: bytesOrNull(certificate, MAX_CERTIFICATE_BYTES),
    count: count(number),
    lists: lists.map(list => bytesOrNull(list, MAX_LIST_BYTES) ?? fail('an empty list')),
    profile: signed && described && { bytes: signed, device: described },
  }
}

function arrayOf(bytes: Uint8Array, length: number): readonly Cbor[] {
  const value = bytes.length <= MAX_PEOPLE_MESSAGE_BYTES ? decodeCbor(bytes) : null
  if (!Array.isArray(value) || value.length !== length) throw bad('a wrong form')
  return value
}

function count(value: Cbor | undefined): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw bad('an invalid number')
  return value as number
}

function countOrNull(value: Cbor | undefined): number | null {
  return value === null ? null : count(value)
}

function bytesOrNull(value: Cbor | undefined, maxBytes: number): Uint8Array | null {
  if (value === null) return null
  if (!(value instanceof Uint8Array) || value.length > maxBytes) throw bad('bytes of a wrong length')
  return value.slice()
}

function fail(why: string): never {
  throw bad(why)
}

function bad(why: string): IdentityError {
  return new IdentityError('bad-message', `This message has ${why}.`)
}
