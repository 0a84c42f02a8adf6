/**
 * The key of a hub. It signs room heads, and all secrets shared by the hub's processes are derived
 * from it. It is stored encrypted in the database, so that all processes use the same one, and is
 * decrypted with a file outside the database.
 */
import { access } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure } from '@shoal/daemon/failure'
import { Vault } from '@shoal/daemon/vault'
import { type Database, Properties, StoreError } from '@shoal/hub-stores'
import { KeyPair } from '@shoal/identity'
import { SetupError } from '../failure.ts'

const PROPERTY = 'key'
const SEED_BYTES = 32

/** Path of the file that decrypts the key of a hub with this data folder. */
export function keyFileIn(folder: string): string {
  return join(folder, 'secrets.key')
}

/**
 * Decrypts the key, or creates both if the database has none. Rejects with SetupError if the file
 * is missing or belongs to another hub.
 */
export async function openHubKey(database: Database, keyFile: string): Promise<KeyPair> {
  const properties = new Properties(database)
  const vault = new Vault(dirname(keyFile), basename(keyFile))
  try {
    const kept = await properties.get(PROPERTY)
    // Reading a missing file creates a new one.
    if (kept) await access(keyFile).catch(() => Promise.reject(lost(keyFile)))
    const sealed = kept ?? (await properties.keep(PROPERTY, await newKey(vault)))
    const seed = await vault.open(Buffer.from(sealed).toString())
    if (typeof seed !== 'string') throw lost(keyFile)
    return new KeyPair(Buffer.from(seed, 'base64'))
  } catch (error) {
    if (!(error instanceof Failure) || error instanceof StoreError) throw error
    throw error.code === 'not-found' ? lost(keyFile) : new SetupError(error.message)
  }
}

async function newKey(vault: Vault): Promise<Uint8Array> {
  const seed = crypto.getRandomValues(Buffer.alloc(SEED_BYTES))
  return Buffer.from(await vault.seal(seed.toString('base64')))
}

function lost(keyFile: string): SetupError {
  return new SetupError(
    `${keyFile} does not open the key of the hub in this database: give the file that the hub was first started with, as --key-file`,
  )
}
