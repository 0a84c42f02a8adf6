import type { AddOptions } from '../../api.ts'
import { concat } from '../../base/bytes.ts'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { HashPool } from '../../hash/hash-pool.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { SessionOptions } from '../../session-api.ts'
import { createMemoryStorage } from '../../storage/memory-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import type { TestTorrent } from '../../swarm/testing/test-torrent.ts'
import type { OpenDatagram } from '../../transport/datagram.ts'
import { MemoryDatagramNetwork } from '../../transport/memory-datagram.ts'
import { MemoryNetwork } from '../../transport/memory-transport.ts'
import type { SessionEnvironment } from '../environment.ts'
import { Session } from '../session.ts'
import type { Torrent } from '../torrent/torrent.ts'

/** Sessions on a network in memory and in virtual time, closed at the end of a test's block. */
export class SessionWorld implements AsyncDisposable {
  readonly clock = new VirtualClock()
  readonly network = new MemoryNetwork({ clock: this.clock })
  readonly datagrams = new MemoryDatagramNetwork({ clock: this.clock, random: seededRandom(7) })
  readonly sessions: Session[] = []

  /** A session at its own address, with TCP only unless the options enable more. */
  async open(
    host: string,
    options: SessionOptions = {},
    environment: SessionEnvironment = {},
  ): Promise<Session> {
    const session = await Session.open(
      { dht: false, lsd: false, trackers: false, encryption: 'plain', ...options },
      {
        clock: this.clock,
        random: seededRandom(this.sessions.length + 1),
        createTransports: () => [this.network.transport(host)],
        openDatagram: this.machine(host),
        resolveHost: async name => [{ host: name, family: 4 }],
        ...environment,
      },
    )
    this.sessions.push(session)
    return session
  }

  machine(host: string): OpenDatagram {
    return this.datagrams.host({ 4: host })
  }

  /** A session that has all of the torrent. */
  async seed(
    host: string,
    torrent: TestTorrent,
    options: SessionOptions = {},
    add: AddOptions = {},
  ): Promise<Torrent> {
    const session = await this.open(host, options, { createMemoryStorage: filled(torrent) })
    return session.add(torrent.metainfo, { memory: true, trusted: true, ...add })
  }

  /**
   * Advances time until the condition holds; throws if it does not within `limitMs` of virtual
   * time.
   */
  async until(what: string, condition: () => boolean, limitMs = 120_000): Promise<void> {
    if (await this.clock.until(condition, limitMs)) return
    const states = this.sessions.flatMap(session =>
      session.torrents.map(({ stats }) => JSON.stringify(stats)),
    )
    throw new Error(`${what}: not within ${limitMs / 1000} virtual seconds\n${states.join('\n')}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closing = Promise.all(this.sessions.map(session => session.close()))
    let closed = false
    closing.finally(() => {
      closed = true
    })
    await this.clock.until(() => closed, 60_000)
    await closing
  }
}

/** Memory that has the complete torrent. */
export function filled({ content }: TestTorrent): (layout: PieceLayout) => Storage {
  return layout => {
    const storage = createMemoryStorage(layout)
    void storage.write(0, content)
    return storage
  }
}

/** A pool that counts the pieces to hash. */
export function countingPool(pool: HashPool): HashPool & { pieces: number } {
  return {
    pieces: 0,
    async hash(job, options) {
      this.pieces += job.pieces?.length ?? job.layout.pieceCount
      return pool.hash(job, options)
    },
    warm: () => pool.warm(),
    close: () => pool.close(),
  }
}

export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return concat(chunks)
}
