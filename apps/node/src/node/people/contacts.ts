import type { Database, Query } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import {
  formatDidKey,
  type KeyPair,
  MAX_DELEGATION_SECONDS,
  readDelegation,
  signDelegation,
} from '@shoal/identity'
import type { NetworkKey, PeerClaims } from '@shoal/torrent'
import { hex } from '@shoal/torrent/base'
import type { ContactNode, PersonKey } from './service.ts'

/** Nodes that the user named or chose, and persons that nodes have shown. */
const MAX_CONTACTS = 1000
const MAX_SHOWN = 5000
/** A certificate that is valid for less than this is replaced. */
const RENEW_SECONDS = 10 * 86_400
/** Certificates are backdated for recipients whose clocks are slow. */
const BACKDATED_SECONDS = 3600
/** Milliseconds until a key that could not be used is tried again. */
const RETRY_MS = 60_000

/** A node that the user named or chose to show the person to. */
interface Contact {
  readonly name: string | null
  /**
   * The network key (hex) and the `did:key` that the user chose to link for it; both null if none.
   * A change of either key ends it.
   */
  readonly shownKey: string | null
  readonly shownDid: string | null
}

/** A contact's additions to what is known about a node. */
export interface ContactView {
  /** The name that the user chose for it. */
  readonly name: string | null
  /** The person that it has shown, and the certificate's expiry. */
  readonly did: string | null
  readonly didExpiresMs: number | null
  /** Whether this node's person is shown to it. */
  readonly showsDid: boolean
}

export interface ContactsOptions {
  readonly database: Database
  /** This node's network key. */
  readonly key: () => NetworkKey
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

interface Signed {
  readonly claims: PeerClaims
  /** The two linked keys and the expiry. */
  readonly link: string
  readonly notAfter: number
}

const NO_CONTACT: Contact = { name: null, shownKey: null, shownDid: null }
const NO_CLAIMS: PeerClaims = {}

/**
 * Shows the person's key to nodes that the user chose, and stores the keys that others have shown.
 * All keys are in hex.
 */
export class Contacts {
  readonly #options: ContactsOptions
  readonly #contacts: Map<string, Contact>
  /** The latest certificate for each node that the person is shown to. */
  readonly #signed = new Map<string, Signed>()
  readonly #listeners = new Set<() => void>()
  readonly #put: Query<never>
  readonly #delete: Query<never>
  readonly #shown: Query<{
    readonly person: Uint8Array
    readonly expires: number
    readonly certificate: Uint8Array
  }>
  readonly #shownBy: Query<{ readonly key: string }>
  readonly #addShown: Query<never>
  readonly #dropShown: Query<never>
  readonly #expire: Query<never>
  readonly #count: Query<{ readonly count: number }>
  readonly #trim: Query<never>
  #person: PersonKey | null = null
  #pair: KeyPair | null = null
  /** When the person's key was last requested. */
  #triedMs = Number.NEGATIVE_INFINITY

  constructor(options: ContactsOptions) {
    this.#options = options
    const { database } = options
    const rows = database
      .prepare<Contact & { readonly key: string }>(
        'SELECT key, name, shown_key AS shownKey, shown_did AS shownDid FROM people_contacts',
      )
      .all()
    this.#contacts = new Map(rows.map(({ key, ...contact }) => [key, contact]))
    this.#put = database.prepare('INSERT OR REPLACE INTO people_contacts VALUES (?, ?, ?, ?)')
    this.#delete = database.prepare('DELETE FROM people_contacts WHERE key = ?')
    this.#shown = database.prepare(
      'SELECT person, expires, certificate FROM people_shown WHERE key = ? AND recipient = ? AND expires > ?',
    )
    this.#shownBy = database.prepare(
      'SELECT key FROM people_shown WHERE person = ? AND recipient = ? AND expires > ?',
    )
    this.#addShown = database.prepare('INSERT OR REPLACE INTO people_shown VALUES (?, ?, ?, ?, ?)')
    this.#dropShown = database.prepare('DELETE FROM people_shown WHERE key = ?')
    this.#expire = database.prepare('DELETE FROM people_shown WHERE expires <= ?')
    this.#count = database.prepare('SELECT count(*) AS count FROM people_shown')
    this.#trim = database.prepare(
      'DELETE FROM people_shown WHERE key IN (SELECT key FROM people_shown WHERE key NOT IN (SELECT key FROM people_contacts) ORDER BY expires LIMIT ?)',
    )
  }

  /** Sets the person to show. */
  usePerson(person: PersonKey): void {
    this.#person = person
  }

  /** The person's `did:key`; null until it has been created. */
  get ownDid(): string | null {
    return this.#person?.did ?? null
  }

  /**
   * Names a node (null: no name), or chooses whether the person is shown to it. Rejects with
   * `locked` if the person's key cannot be used, and `refused`.
   */
  async change(peer: string, { name, showDid }: { name?: string | null; showDid?: boolean }): Promise<void> {
    const pair = showDid ? await this.#person?.open() : undefined
    if (pair) this.#pair = pair
    const old = this.#contacts.get(peer) ?? NO_CONTACT
    const link = showDid ? { shownKey: this.#ownKey, shownDid: pair?.did ?? null } : UNLINKED
    const contact: Contact = {
      ...old,
      ...(name !== undefined && { name }),
      ...(showDid !== undefined && link),
    }
    if (contact.name === null && contact.shownDid === null) {
      this.#contacts.delete(peer)
      this.#delete.run(peer)
      return this.#changed()
    }
    if (!this.#contacts.has(peer) && this.#contacts.size >= MAX_CONTACTS)
      throw new Failure('refused', `there are ${MAX_CONTACTS} contacts: remove the name of one first`, {
        field: 'key',
      })
    this.#contacts.set(peer, contact)
    this.#put.run(peer, contact.name, contact.shownKey, contact.shownDid)
    this.#changed()
  }

  /** All contacts. */
  list(): ContactNode[] {
    return [...this.#contacts.keys()].map(key => {
      const { name, did, showsDid } = this.view(key)
      return { key, name, did, showsDid }
    })
  }

  /**
   * Calls the listener when contacts, or the persons that they show, have changed, until the
   * returned function is called.
   */
  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Returns the claims for a node that `key` was proved to: a certificate if the user chose that,
   * otherwise none.
   */
  claimsFor(peer: string, key: NetworkKey): PeerClaims {
    const own = this.#ownKey
    if (!this.#isShown(peer) || hex(key.publicKey) !== own) return NO_CLAIMS
    const did = this.ownDid!
    const link = `${own} ${did}`
    const nowSeconds = Math.floor(this.#options.now() / 1000)
    const signed = this.#signed.get(peer)
    if (signed?.link === link && signed.notAfter - nowSeconds > RENEW_SECONDS) return signed.claims
    if (this.#pair?.did !== did) {
      this.#open()
      return NO_CLAIMS
    }
    const notBefore = nowSeconds - BACKDATED_SECONDS
    const notAfter = notBefore + MAX_DELEGATION_SECONDS
    const recipient = Buffer.from(peer, 'hex')
    const certificate = signDelegation(
      { networkKey: key.publicKey, recipient, notBefore, notAfter },
      this.#pair,
    )
    const claims = { did, certificate }
    this.#signed.set(peer, { claims, link, notAfter })
    return claims
  }

  /**
   * Call it when a node has shown its person, or no longer shows one. Returns false if its
   * certificate is not valid.
   */
  received(peer: string, { did, certificate }: PeerClaims): boolean {
    const recipient = this.#ownKey
    const nowSeconds = this.#options.now() / 1000
    const known = this.#shown.get(peer, recipient, nowSeconds)
    const isKnown = known && certificate && Buffer.compare(known.certificate, certificate) === 0
    if (isKnown && did === formatDidKey(known.person)) return true
    this.#dropShown.run(peer)
    const isRight = certificate ? this.#take(peer, { did, certificate }) : did === undefined
    if (this.#contacts.has(peer)) this.#changed()
    return isRight
  }

  /** Stores a new certificate. Returns false if it is not valid. */
  #take(peer: string, { did, certificate }: { did: string | undefined; certificate: Uint8Array }): boolean {
    const recipient = this.#ownKey
    const nowSeconds = this.#options.now() / 1000
    const networkKey = Buffer.from(peer, 'hex')
    const read = tryRead(certificate, { networkKey, recipient: Buffer.from(recipient, 'hex'), nowSeconds })
    if (!read || read.did !== did) return false
    this.#addShown.run(peer, recipient, read.person, certificate, read.notAfter)
    const surplus = this.#count.get()!.count - MAX_SHOWN
    if (surplus > 0) this.#trim.run(surplus)
    return true
  }

  /** Deletes certificates that have expired. */
  expire(): void {
    this.#expire.run(this.#options.now() / 1000)
  }

  view(peer: string): ContactView {
    const shown = this.#shown.get(peer, this.#ownKey, this.#options.now() / 1000)
    return {
      name: this.#contacts.get(peer)?.name ?? null,
      did: shown ? formatDidKey(shown.person) : null,
      didExpiresMs: shown ? shown.expires * 1000 : null,
      showsDid: this.#isShown(peer),
    }
  }

  /**
   * Returns the contact that has shown this person (Ed25519, 32 bytes), or null. Nodes that the
   * user did not choose do not count, whatever they show.
   */
  contactOf(person: Uint8Array): ContactView | null {
    if (this.#contacts.size === 0) return null
    const keys = this.#shownBy.all(person, this.#ownKey, this.#options.now() / 1000)
    const views = keys
      .map(({ key }) => this.view(key))
      .filter(({ name, showsDid }) => name !== null || showsDid)
    return views.find(({ name }) => name !== null) ?? views[0] ?? null
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  get #ownKey(): string {
    return hex(this.#options.key().publicKey)
  }

  /** A choice only applies to the two keys that it was made for. */
  #isShown(peer: string): boolean {
    const { shownKey, shownDid } = this.#contacts.get(peer) ?? NO_CONTACT
    return shownDid !== null && shownDid === this.ownDid && shownKey === this.#ownKey
  }

  /** Loads the person's key for the next call. */
  #open(): void {
    const nowMs = this.#options.now()
    if (nowMs - this.#triedMs < RETRY_MS) return
    this.#triedMs = nowMs
    this.#person?.open().then(
      pair => {
        this.#pair = pair
      },
      // The key is locked, which the list of publications reports.
      () => {},
    )
  }
}

const UNLINKED = { shownKey: null, shownDid: null }

/** Returns null for a certificate that is not valid. */
function tryRead(
  ...certificate: Parameters<typeof readDelegation>
): ReturnType<typeof readDelegation> | null {
  try {
    return readDelegation(...certificate)
  } catch {
    return null
  }
}
