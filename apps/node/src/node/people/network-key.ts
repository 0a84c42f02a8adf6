/** The node's network key: random, separate from the person's key, and stored encrypted. */
import { createHmac, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import type { Database } from '@shoal/daemon/database'
import type { Vault } from '@shoal/daemon/vault'
import type { NetworkKey } from '@shoal/torrent'
import type { Log } from '../kernel/log/log.ts'
import type { NetworkSeed } from './service.ts'

/** RFC 8410: the prefix of an Ed25519 seed. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SEED_BYTES = 32

/**
 * Stores the seed of the network key, which recognition and the node's host in the Shoal network
 * share.
 */
export class NodeNetworkKey implements NetworkSeed {
  readonly #database: Database
  readonly #vault: Vault
  #seed: Uint8Array = new Uint8Array(0)
  #key: NetworkKey | null = null

  private constructor(database: Database, vault: Vault) {
    this.#database = database
    this.#vault = vault
  }

  /** Reads the seed, or creates it. */
  static async open(database: Database, vault: Vault, log: Log): Promise<NodeNetworkKey> {
    const opened = new NodeNetworkKey(database, vault)
    const kept = database.prepare<{ secret: string }>('SELECT secret FROM people_key').get()
    const seed = kept && (await vault.open(kept.secret).catch(() => null))
    if (typeof seed === 'string' && seed.length === 2 * SEED_BYTES) opened.#use(Buffer.from(seed, 'hex'))
    else {
      if (kept)
        log.warn(
          'The network key cannot be read: this node has a new one, and other nodes do not know it yet.',
        )
      await opened.renew()
    }
    return opened
  }

  /** 32 bytes. */
  get seed(): Uint8Array {
    return this.#seed
  }

  get key(): NetworkKey {
    return this.#key!
  }

  async renew(): Promise<Uint8Array> {
    const seed = randomBytes(SEED_BYTES)
    const secret = await this.#vault.seal(seed.toString('hex'))
    const save = this.#database.prepare('INSERT OR REPLACE INTO people_key VALUES (1, ?)')
    await this.#database.write(() => save.run(secret))
    this.#use(seed)
    return seed
  }

  #use(seed: Buffer): void {
    this.#seed = new Uint8Array(seed)
    this.#key = networkKey(seed)
  }
}

/** Returns the key of a seed. */
export function networkKey(seed: Uint8Array): NetworkKey {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES)
  return { publicKey: new Uint8Array(publicKey), sign: message => new Uint8Array(sign(null, message, key)) }
}

/** An identity multihash of an Ed25519 key in the encoding of libp2p, up to the key. */
const PEER_ID = Buffer.from('002408011220', 'hex')

/**
 * Returns the network key that a PeerId (a multihash) contains, in hex; null for keys of other
 * types.
 */
export function networkKeyOf(peerId: Uint8Array): string | null {
  const bytes = Buffer.from(peerId)
  const isKey = bytes.length === PEER_ID.length + SEED_BYTES && bytes.indexOf(PEER_ID) === 0
  return isKey ? bytes.subarray(PEER_ID.length).toString('hex') : null
}

/**
 * Returns the secret that the pseudonyms of receipts are derived from: separate from the key, so
 * that neither reveals the other.
 */
export function pseudonymSecret(seed: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', seed).update('shoal/pseudonyms/1').digest())
}
