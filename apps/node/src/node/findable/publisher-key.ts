/** The person's key on this node, which signs search entries. */

import type { Database, Query } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import type { Vault } from '@shoal/daemon/vault'
import { formatDidKey, KeyPair } from '@shoal/identity'
import { SHOAL } from '../../base/program.ts'

/** Stores the key encrypted in the catalogue. It differs from the network key: see decision 010. */
export class PublisherKey {
  readonly #vault: Vault
  readonly #get: Query<{ readonly did: string; readonly secret: string }>
  readonly #set: Query<never>
  #did: string | null
  #pair: KeyPair | null = null
  #problem: string | null = null

  constructor(database: Database, vault: Vault) {
    this.#vault = vault
    this.#get = database.prepare('SELECT did, secret FROM findable_key')
    this.#set = database.prepare('INSERT OR REPLACE INTO findable_key VALUES (1, ?, ?)')
    this.#did = this.#get.get()?.did ?? null
  }

  /** Null until a first key has been created. */
  get did(): string | null {
    return this.#did
  }

  /** Returns whether this is the signing key of this node: Ed25519, 32 bytes. */
  isOwn(publicKey: Uint8Array): boolean {
    return this.#did !== null && formatDidKey(publicKey) === this.#did
  }

  /** Why the last attempt to use the key failed. */
  get problem(): string | null {
    return this.#problem
  }

  /** Loads the key, or creates the first one. Rejects with `locked` if it cannot be decrypted. */
  async open(): Promise<KeyPair> {
    if (this.#pair) return this.#pair
    const kept = this.#get.get()
    if (!kept) return this.set(KeyPair.generate())
    const seed = await this.#vault.open(kept.secret).catch(() => null)
    if (typeof seed !== 'string') {
      this.#problem = `the key ${kept.did} is locked: secrets.key in the data folder, which opens it, is missing or another one. Restore that file, or set a key with ${SHOAL} findable --key-file FILE`
      throw new Failure('locked', this.#problem)
    }
    this.#pair = new KeyPair(Buffer.from(seed, 'hex'))
    return this.#pair
  }

  /** Uses another key from now on. */
  async set(pair: KeyPair): Promise<KeyPair> {
    const { seed } = pair.exportSecret()
    this.#set.run(pair.did, await this.#vault.seal(Buffer.from(seed).toString('hex')))
    this.#pair = pair
    this.#did = pair.did
    this.#problem = null
    return pair
  }
}
