/** Additional addresses at which the HTTP server listens while the node is open to others. */
import type { Server as HttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { Failure } from '@shoal/daemon/failure'
import type { Hosts } from '@shoal/daemon/http'
import { isLoopback } from '@shoal/torrent/local-address'
import type { HttpDoor } from '../kernel/http-door.ts'
import type { Access } from './access/access.ts'
import { hashPassword, restoreSecret, storeSecret } from './access/password.ts'
import { MAX_CONNECTIONS } from './front.ts'

const GRACE_MS = 500

export interface DoorOptions {
  /** Address that the server itself listens at. */
  readonly host: string
  /** Returns the port that the server itself listens at; 0 before it does. */
  readonly port: () => number
  readonly hosts: Hosts
  readonly access: Access
  readonly isHostFixed: boolean
}

export class Door implements HttpDoor {
  readonly isHostFixed: boolean
  readonly isPasswordFixed: boolean
  readonly #http: HttpServer
  readonly #host: string
  readonly #port: () => number
  readonly #hosts: Hosts
  readonly #access: Access
  readonly #listeners = new Map<string, { server: Server; sockets: Set<Socket> }>()

  constructor(http: HttpServer, { host, port, hosts, access, isHostFixed }: DoorOptions) {
    this.#http = http
    this.#host = host
    this.#port = port
    this.#hosts = hosts
    this.#access = access
    this.isHostFixed = isHostFixed
    this.isPasswordFixed = access.hasPassword
  }

  get username(): string | null {
    return this.#access.username
  }

  get port(): number {
    return this.#port()
  }

  get isOpen(): boolean {
    return !isLoopback(this.#host) || this.#listeners.size > 0
  }

  async hash(username: string, password: string): Promise<string> {
    return storeSecret(await hashPassword(username, password))
  }

  usePassword(stored: string | null): void {
    this.#access.useSecret(stored === null ? null : restoreSecret(stored))
  }

  allowName(name: string | null): void {
    this.#hosts.publicName = name
  }

  acceptLoginsAt(url: string | null): void {
    this.#hosts.publicOrigin = url === null ? null : (URL.parse(url)?.origin ?? null)
  }

  async open(addresses: readonly string[]): Promise<readonly string[]> {
    if (!this.#access.hasPassword) throw new Failure('no-password', 'letting others in requires a password')
    for (const address of this.#listeners.keys()) if (!addresses.includes(address)) this.#leave(address)
    // The server's own socket covers the others.
    if (this.#host === '0.0.0.0' || this.#host === '::') return addresses
    const found: string[] = []
    for (const address of addresses)
      if (address === this.#host || (await this.#listen(address))) found.push(address)
    this.#hosts.isOpen = this.#listeners.size > 0
    return found
  }

  shut(): void {
    for (const address of this.#listeners.keys()) this.#leave(address)
    this.#hosts.isOpen = false
  }

  /** Returns false if the address or its port is not available. */
  async #listen(address: string): Promise<boolean> {
    if (this.#listeners.has(address)) return true
    const sockets = new Set<Socket>()
    const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      this.#http.emit('connection', socket)
    })
    server.maxConnections = MAX_CONNECTIONS
    const listens = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false))
      server.listen({ host: address, port: this.port, ipv6Only: address.includes(':') }, () => resolve(true))
    })
    if (listens) this.#listeners.set(address, { server, sockets })
    return listens
  }

  #leave(address: string): void {
    const { server, sockets } = this.#listeners.get(address)!
    this.#listeners.delete(address)
    server.close()
    // The response to the request that caused this may still have to be sent.
    setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, GRACE_MS).unref()
  }
}
