import { dirname } from 'node:path'
import {
  type Connection,
  type ConnectionHandler,
  createTorrent,
  Session,
  type Transport,
} from '@shoal/torrent'

/** One end of a pipe between two sessions of this program. */
class Pipe implements Connection {
  readonly kind = 'memory'
  readonly isSecure = true
  readonly bufferedBytes = 0
  readonly remote: { host: string; port: 0; kind: 'memory' }
  readonly dialableAddress = null
  readonly incoming: boolean
  far!: Pipe
  #handler: ConnectionHandler | undefined
  #held: Uint8Array[] = []
  #paused = false
  #closed = false

  constructor(host: string, incoming: boolean) {
    this.remote = { host, port: 0, kind: 'memory' }
    this.incoming = incoming
  }

  start(handler: ConnectionHandler): void {
    this.#handler = handler
    setImmediate(() => this.#deliver())
  }

  write(bytes: Uint8Array, onSent?: () => void): void {
    this.far.#held.push(bytes.slice())
    setImmediate(() => this.far.#deliver())
    onSent?.()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    setImmediate(() => this.#deliver())
  }

  close(): void {
    for (const end of [this, this.far]) setImmediate(() => end.#end())
  }

  #deliver(): void {
    while (this.#handler && !this.#paused && !this.#closed && this.#held.length > 0)
      this.#handler.onData(this.#held.shift()!)
  }

  #end(): void {
    this.#deliver()
    if (!this.#closed) this.#handler?.onClose()
    this.#closed = true
  }
}

const listening = new Map<string, (connection: Connection) => void>()

function pipeTransport(name: string): Transport {
  return {
    kind: 'memory',
    canDial: ({ kind }) => kind === 'memory',
    async dial({ host }) {
      const [near, far] = [new Pipe(host, false), new Pipe(name, true)]
      near.far = far
      far.far = near
      listening.get(host)!(far)
      return near
    },
    async listen(_options, onConnection) {
      listening.set(name, onConnection)
      return { port: 0, close: async () => void listening.delete(name) }
    },
    close: async () => {},
  }
}

const [path = '', directory = '.'] = process.argv.slice(2)
const metainfo = await createTorrent(path)
const seed = await Session.open({ port: 0, dht: false, lsd: false }, { transports: [pipeTransport('seed')] })
await seed.add(metainfo, { directory: dirname(path), trusted: true })
const leech = await Session.open(
  { port: 0, directory, dht: false, lsd: false },
  { transports: [pipeTransport('leech')] },
)
const torrent = await leech.add(metainfo)
torrent.addPeer({ host: 'seed', port: 0, kind: 'memory' })
await torrent.whenComplete()
console.log(`${torrent.name} came through a pipe`)
await Promise.all([leech.close(), seed.close()])
