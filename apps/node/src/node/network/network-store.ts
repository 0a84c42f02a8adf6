import type { Database, Query } from '@shoal/daemon/database'
import type { Vault } from '@shoal/daemon/vault'
import type { HostCertificate } from '@shoal/network/host'
import type { NetworkSeed } from '../people/service.ts'

/** Number of nodes stored for the next start. */
const MAX_NODES = 100

/** The key and certificate of a host. */
export interface HostSecrets {
  readonly seed: Uint8Array
  readonly certificate: HostCertificate
}

/** Persistent state of the network: its secrets, and nodes to join through. */
export class NetworkStore {
  readonly #database: Database
  readonly #vault: Vault
  readonly #seed: NetworkSeed
  readonly #secret: Query<{ readonly secret: string }>
  readonly #setSecret: Query<never>
  readonly #nodes: Query<{ readonly address: string }>
  readonly #addNode: Query<never>
  readonly #clearNodes: Query<never>

  constructor(database: Database, vault: Vault, seed: NetworkSeed) {
    this.#database = database
    this.#vault = vault
    this.#seed = seed
    this.#secret = database.prepare('SELECT secret FROM network_secrets WHERE name = ?')
    this.#setSecret = database.prepare('INSERT OR REPLACE INTO network_secrets VALUES (?, ?)')
    this.#nodes = database.prepare('SELECT address FROM network_nodes')
    this.#addNode = database.prepare('INSERT OR IGNORE INTO network_nodes VALUES (?)')
    this.#clearNodes = database.prepare('DELETE FROM network_nodes')
  }

  /** Reads the secrets, creating those that are missing or can no longer be decrypted. */
  async secrets(makeCertificate: () => Promise<HostCertificate>): Promise<HostSecrets> {
    const certificate = await this.#open('certificate')
    return {
      seed: this.#seed.seed,
      certificate: isCertificate(certificate)
        ? certificate
        : await this.#keep('certificate', await makeCertificate()),
    }
  }

  /** Creates a new network key. */
  renewKey(): Promise<Uint8Array> {
    return this.#seed.renew()
  }

  /** Returns multiaddrs of nodes known when the network last ran. */
  nodes(): string[] {
    return this.#nodes.all().map(({ address }) => address)
  }

  keepNodes(addresses: readonly string[]): void {
    this.#database.transaction(() => {
      this.#clearNodes.run()
      for (const address of addresses.slice(0, MAX_NODES)) this.#addNode.run(address)
    })
  }

  async #open(name: string): Promise<unknown> {
    const [row] = this.#secret.all(name)
    // Without its key, the node only gets a new PeerId.
    return row ? this.#vault.open(row.secret).catch(() => null) : null
  }

  async #keep<T>(name: string, value: T): Promise<T> {
    this.#setSecret.run(name, await this.#vault.seal(value))
    return value
  }
}

function isCertificate(value: unknown): value is HostCertificate {
  const { privateKey, pem, certhash } = (value ?? {}) as Partial<HostCertificate>
  return [privateKey, pem, certhash].every(each => typeof each === 'string')
}
