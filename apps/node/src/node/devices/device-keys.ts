import type { Database } from '@shoal/daemon/database'
import type { Vault } from '@shoal/daemon/vault'
import { KeyPair } from '@shoal/identity'
import { hex } from '@shoal/torrent/base'

export interface DeviceKeys {
  /** Signs logins. */
  readonly login: KeyPair
  /** Signs in MLS groups. */
  readonly message: KeyPair
}

/** Stores the random keys of this node as a device, encrypted. */
export class OwnDeviceKeys {
  readonly #database: Database
  readonly #vault: Vault
  #keys: DeviceKeys | null = null

  private constructor(database: Database, vault: Vault) {
    this.#database = database
    this.#vault = vault
  }

  /** Loads the keys, if there are any and they can be decrypted. */
  static async open(database: Database, vault: Vault): Promise<OwnDeviceKeys> {
    const own = new OwnDeviceKeys(database, vault)
    const kept = database.prepare<{ secret: string }>('SELECT secret FROM device_keys').get()
    const seeds = kept && (await vault.open(kept.secret).catch(() => null))
    // Without its keys, the node is a new device, which its user has to add again.
    if (Array.isArray(seeds)) own.#use(seeds)
    return own
  }

  /** Null until the keys have been created. */
  get keys(): DeviceKeys | null {
    return this.#keys
  }

  /** Returns the keys, creating them if there are none. */
  async make(): Promise<DeviceKeys> {
    if (this.#keys) return this.#keys
    const seeds = [KeyPair.generate(), KeyPair.generate()].map(pair => hex(pair.exportSecret().seed))
    const secret = await this.#vault.seal(seeds)
    // A concurrent call may have created them in the meantime.
    if (this.#keys) return this.#keys
    this.#database.prepare('INSERT OR REPLACE INTO device_keys VALUES (1, ?)').run(secret)
    return this.#use(seeds)
  }

  #use(seeds: readonly string[]): DeviceKeys {
    const [login, message] = seeds.map(seed => new KeyPair(Buffer.from(seed, 'hex'))) as [KeyPair, KeyPair]
    this.#keys = { login, message }
    return this.#keys
  }
}
