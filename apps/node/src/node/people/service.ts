import { service } from '@shoal/daemon/capability'
import type { KeyPair } from '@shoal/identity'
import type { PeerClaims, Recognition } from '@shoal/torrent'

/** The seed of the node's network key (Ed25519, 32 bytes). */
export interface NetworkSeed {
  readonly seed: Uint8Array
  /** Creates a new network key, which is unknown to other nodes. */
  renew(): Promise<Uint8Array>
}

export const NETWORK_SEED = service<NetworkSeed>('network seed')

/**
 * Lowers the score of a Shoal node that broke the network's rules. `peerId`: its PeerId as bytes.
 * `ip`: 4 or 16 bytes, or null if unknown.
 */
export type ReportMisconduct = (peerId: Uint8Array, ip: Uint8Array | null) => void

export const MISCONDUCT = service<ReportMisconduct>('misconduct')

/** Recognizes Shoal peers for the engine, and keeps accounts of them. */
export const RECOGNITION = service<Recognition>('recognition')

/** The person's key, which another capability provides. */
export interface PersonKey {
  /** Null until a first key has been created. */
  readonly did: string | null
  /** Reads the key, or creates the first one. Rejects with `locked` if it cannot be decrypted. */
  open(): Promise<KeyPair>
}

/** A node that the user named, or to which the user shows the person. */
export interface ContactNode {
  /** Its network key in hex. */
  readonly key: string
  /** The name that the user chose for it. */
  readonly name: string | null
  /** The person that it has shown with a currently valid certificate. */
  readonly did: string | null
  /** Whether this node's person is shown to it. */
  readonly showsDid: boolean
}

/** The user's opinion of persons, who are identified by Ed25519 public keys (32 bytes). */
export interface Persons {
  /** Shows this person to the nodes that the user chose. */
  usePerson(person: PersonKey): void
  /** Whether any person is blocked. */
  readonly hasBlocked: boolean
  isBlocked(person: Uint8Array): boolean
  /** The DIDs of all blocked persons. */
  blocked(): readonly string[]
  /**
   * Returns the contact that has shown this person, with the name that the user chose; null for
   * strangers.
   */
  contactOf(person: Uint8Array): { readonly name: string | null } | null
  /**
   * Returns the name that the user gave a node, by its network key (hex), and the `did:key` that it
   * has shown. Null if there is neither.
   */
  personOf(networkKey: string): { readonly name: string | null; readonly did: string | null } | null
  /** The `did:key` shown to contacts; null until it has been created. */
  readonly ownDid: string | null
  /** All contacts. */
  contacts(): ContactNode[]
  /** Returns the person and the certificate for a node, if the user chose to show them to it. */
  claimsFor(networkKey: string): PeerClaims
  /**
   * Call it when a node has shown its person outside a swarm. Returns false if its certificate is
   * not valid.
   */
  received(networkKey: string, claims: PeerClaims): boolean
  /**
   * Calls the listener when contacts, or the persons that they show, have changed, until the
   * returned function is called.
   */
  onContacts(listener: () => void): () => void
  /**
   * Calls the listener when persons were blocked or unblocked, until the returned function is
   * called.
   */
  onBlocked(listener: () => void): () => void
}

export const PERSONS = service<Persons>('persons')
