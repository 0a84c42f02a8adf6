import { createPublicKey, verify } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installWebTorrent } from './install-webtorrent.ts'

/** An item as returned by npm's `bittorrent-dht`. */
export interface NpmDhtItem {
  readonly v: Uint8Array
  readonly k?: Uint8Array
  readonly sig?: Uint8Array
  readonly seq?: number
}

interface Client {
  listen(port: number, host: string, done: () => void): void
  address(): { port: number }
  on(event: 'error' | 'ready', listener: (error?: Error) => void): void
  addNode(node: { host: string; port: number }): void
  get(key: Buffer, options: object, done: (error: Error | null, item: NpmDhtItem | null) => void): void
  put(item: object, done: (error: Error | null, key: Buffer, stored: number) => void): void
  destroy(done: () => void): void
}

/** RFC 8410, up to the key. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** A DHT node of WebTorrent (npm's `bittorrent-dht`) on loopback. */
export class NpmDht implements AsyncDisposable {
  readonly #client: Client

  private constructor(client: Client) {
    this.#client = client
  }

  static async start(...bootstrap: number[]): Promise<NpmDht> {
    const folder = await installWebTorrent()
    const file = pathToFileURL(join(folder, 'node_modules', 'bittorrent-dht', 'index.js')).href
    const { Client } = (await import(file)) as { Client: new (options: object) => Client }
    const client = new Client({
      bootstrap: bootstrap.length > 0 ? bootstrap.map(port => `127.0.0.1:${port}`) : false,
      host: '127.0.0.1',
      verify(signature: Buffer, message: Buffer, key: Buffer) {
        const publicKey = createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' })
        return verify(null, message, publicKey, signature)
      },
    })
    await new Promise<void>((resolve, reject) => {
      client.on('error', reject)
      if (bootstrap.length > 0) client.on('ready', () => resolve())
      client.listen(0, '127.0.0.1', () => bootstrap.length === 0 && resolve())
    })
    return new NpmDht(client)
  }

  get port(): number {
    return this.#client.address().port
  }

  /** Returns null if no node has the item. */
  get(target: Uint8Array, salt?: Uint8Array): Promise<NpmDhtItem | null> {
    const options = { cache: false, ...(salt && { salt: Buffer.from(salt) }) }
    return new Promise((resolve, reject) => {
      this.#client.get(Buffer.from(target), options, (error, item) => (error ? reject(error) : resolve(item)))
    })
  }

  /** Resolves to the number of nodes that stored the item. */
  put(item: object): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#client.put(item, (error, _, stored) => (error ? reject(error) : resolve(stored)))
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise(resolve => this.#client.destroy(resolve))
  }
}
