import type { UtpConnection } from './utp-connection.ts'

const MAX_CONNECTIONS = 4096
/** Maximum number of connections with one address; several peers may share it behind a router. */
const MAX_PER_HOST = 512

/** The connections of a socket by the ID of packets to us and the address of the peer. */
export class ConnectionTable {
  /** Several peers may have chosen the same ID. */
  readonly #byId = new Map<number, UtpConnection[]>()
  readonly #hosts = new Map<string, number>()
  size = 0

  find(receiveId: number, host: string, port: number): UtpConnection | undefined {
    const candidates = this.#byId.get(receiveId)
    if (!candidates) return undefined
    for (const connection of candidates) {
      const { remote } = connection
      if (remote.port === port && remote.host === host) return connection
    }
    return undefined
  }

  hasId(receiveId: number): boolean {
    return this.#byId.has(receiveId)
  }

  /** Whether another connection with the address fits the limits. */
  hasRoom(host: string): boolean {
    return this.size < MAX_CONNECTIONS && (this.#hosts.get(host) ?? 0) < MAX_PER_HOST
  }

  add(connection: UtpConnection): void {
    const { receiveId, remote } = connection
    const others = this.#byId.get(receiveId)
    if (others) others.push(connection)
    else this.#byId.set(receiveId, [connection])
    this.size++
    this.#hosts.set(remote.host, (this.#hosts.get(remote.host) ?? 0) + 1)
  }

  remove(connection: UtpConnection): void {
    const { receiveId, remote } = connection
    const all = this.#byId.get(receiveId) ?? []
    const at = all.indexOf(connection)
    if (at < 0) return
    all.splice(at, 1)
    if (all.length === 0) this.#byId.delete(receiveId)
    this.size--
    const count = this.#hosts.get(remote.host)! - 1
    if (count > 0) this.#hosts.set(remote.host, count)
    else this.#hosts.delete(remote.host)
  }

  all(): UtpConnection[] {
    return [...this.#byId.values()].flat()
  }
}
