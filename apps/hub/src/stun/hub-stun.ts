/** STUN at the hub's UDP port, or at one of its own. */
import { openStun, StunServer } from '@shoal/torrent/stun'
import type { HubKernel } from '../kernel/kernel.ts'
import { hostsOf, listen } from '../listen.ts'
import type { Stun } from './service.ts'

export class HubStun implements Stun {
  readonly #kernel: Pick<HubKernel, 'given' | 'place'>
  readonly #server: StunServer | null
  readonly #sockets: Awaited<ReturnType<typeof openStun>>[] = []
  #ownPort: number | null = null
  #sharedPort: number | null = null

  constructor(kernel: Pick<HubKernel, 'given' | 'place'>) {
    this.#kernel = kernel
    this.#server = kernel.given.noStun ? null : new StunServer(() => performance.now())
  }

  get port(): number | null {
    // The first process of a machine opens it for all of them.
    return this.#ownPort ?? (this.#server && (this.#kernel.given.stunPort || this.#sharedPort))
  }

  get answered(): number {
    return this.#server?.answered ?? 0
  }

  get shared(): StunServer | null {
    return this.#kernel.given.stunPort === undefined ? this.#server : null
  }

  setSharedPort(port: number | null): void {
    this.#sharedPort = port
  }

  /** Opens the port of its own, if there is one. Rejects with SetupError. */
  async listen(): Promise<void> {
    const { given, place } = this.#kernel
    const server = this.#server
    if (!server || given.stunPort === undefined || !place.isFirst) return
    for (const host of hostsOf(given)) {
      const at = { host, port: this.#ownPort ?? given.stunPort }
      const socket = await listen(host, at.port, () => openStun(at, server))
      this.#sockets.push(socket)
      this.#ownPort = socket.port
    }
  }

  async unlisten(): Promise<void> {
    await this.close()
    this.#ownPort = null
  }

  /** Idempotent. `port` stays the same. */
  async close(): Promise<void> {
    await Promise.all(this.#sockets.splice(0).map(socket => socket.close()))
  }
}
