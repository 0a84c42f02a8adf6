/** The node's network key: random, other than the person's key, and kept encrypted. */
import { createHmac, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import type { NetworkKey } from '@shoal/torrent'
import type { Database } from '../kernel/database/database.ts'
import type { Log } from '../kernel/log/log.ts'
import type { Vault } from '../kernel/vault.ts'

/** RFC 8410: what precedes the seed of an Ed25519 key. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SEED_BYTES = 32

/** Reads the seed of the network key (32 bytes), or makes it. */
export async function networkSeed(database: Database, vault: Vault, log: Log): Promise<Uint8Array> {
  const kept = database.prepare<{ secret: string }>('SELECT secret FROM people_key').get()
  if (kept) {
    const seed = await vault.open(kept.secret).catch(() => null)
    if (typeof seed === 'string' && seed.length === 2 * SEED_BYTES) return Buffer.from(seed, 'hex')
    log.warn('The network key cannot be read: this node has a new one, and other nodes do not know it yet.')
  }
  const seed = randomBytes(SEED_BYTES)
  const secret = await vault.seal(seed.toString('hex'))
  await database.write(() => database.prepare('INSERT OR REPLACE INTO people_key VALUES (1, ?)').run(secret))
  return seed
}

/** The key of a seed. */
export function networkKey(seed: Uint8Array): NetworkKey {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES)
  return { publicKey: new Uint8Array(publicKey), sign: message => new Uint8Array(sign(null, message, key)) }
}

/** The secret from which the pseudonyms of receipts follow: another one than the key, so that neither tells the other. */
export function pseudonymSecret(seed: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', seed).update('shoal/pseudonyms/1').digest())
}
