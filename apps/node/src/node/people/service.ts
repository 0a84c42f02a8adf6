import { service } from '@shoal/daemon/capability'
import type { KeyPair } from '@shoal/identity'
import type { PeerClaims, Recognition } from '@shoal/torrent'

/** The seed of the node's network key (Ed25519, 32 bytes). */
export interface NetworkSeed {
  readonly seed: Uint8Array
  /** Makes another network key. Other nodes know nothing of it yet. */
  renew(): Promise<Uint8Array>
}

export const NETWORK_SEED = service<NetworkSeed>('network seed')

/** Scores a node of the Shoal network down that broke its rules. `peerId`: its PeerId, as bytes. `ip`: 4 or 16 bytes, or null if it is unknown. */
export type ReportMisconduct = (peerId: Uint8Array, ip: Uint8Array | null) => void

export const MISCONDUCT = service<ReportMisconduct>('misconduct')

/** Recognizes Shoal peers for the engine, and keeps their accounts. */
export const RECOGNITION = service<Recognition>('recognition')

/** The person's key, which another capability keeps. */
export interface PersonKey {
  /** Null until the first key is made. */
  readonly did: string | null
  /** Reads the key, or makes the first one. Rejects with `locked` if it is there and cannot be decrypted. */
  open(): Promise<KeyPair>
}

/** A node that the user named, or to which the user shows the person. */
export interface ContactNode {
  /** Its network key, in hexadecimal digits. */
  readonly key: string
  /** The name that the user gave it. */
  readonly name: string | null
  /** The person that it has shown, with a certificate that is valid now. */
  readonly did: string | null
  /** Whether it is shown this node's person. */
  readonly showsDid: boolean
}

/** The user's opinion of persons, who are public keys of Ed25519 (32 bytes) here. */
export interface Persons {
  /** Shows this person to the nodes that the user chose. */
  usePerson(person: PersonKey): void
  /** Whether anybody is blocked. */
  readonly hasBlocked: boolean
  isBlocked(person: Uint8Array): boolean
  /** The DIDs of all who are blocked. */
  blocked(): readonly string[]
  /** The contact that has shown this person, with the name that the user gave it; null for strangers. */
  contactOf(person: Uint8Array): { readonly name: string | null } | null
  /** The name that the user gave a node, by its network key (hex), and the `did:key` that it has shown. Null if there is neither. */
  personOf(networkKey: string): { readonly name: string | null; readonly did: string | null } | null
  /** The `did:key` that contacts are shown; null until it is made. */
  readonly ownDid: string | null
  /** All contacts. */
  contacts(): ContactNode[]
  /** The person and the certificate for a node, if the user chose to show them to it. */
  claimsFor(networkKey: string): PeerClaims
  /** A node has shown its person otherwise than in a swarm. Returns false if its certificate is not valid. */
  received(networkKey: string, claims: PeerClaims): boolean
  /** Reports a change of the contacts, or of what one has shown. Returns a function that ends this. */
  onContacts(listener: () => void): () => void
  /** Reports that persons were blocked or unblocked. Returns a function that ends this. */
  onBlocked(listener: () => void): () => void
}

export const PERSONS = service<Persons>('persons')
