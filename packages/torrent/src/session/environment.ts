import { openDatagram } from '#datagram'
import { createHashPool } from '#hash-pool'
import { httpGet } from '#http-get'
import { openHttpRanges } from '#http-ranges'
import { resolveHost } from '#resolve'
import { openRtc } from '#rtc'
import { createTransports } from '#transports'
import { type Clock, systemClock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { type Random, systemRandom } from '../base/random.ts'
import type { HttpGet } from '../discovery/tracker/http-get.ts'
import { type OpenSocket, openSocket } from '../discovery/tracker/ws/web-socket.ts'
import type { HashPool } from '../hash/hash-pool.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { createMemoryStorage } from '../storage/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import type { OpenDatagram } from '../transport/datagram.ts'
import type { OpenHttpRanges } from '../transport/http/http-ranges.ts'
import type { ResolveHost } from '../transport/resolve.ts'
import type { TransportServices } from '../transport/services.ts'
import type { Transport } from '../transport/transport.ts'
import type { RtcFactory } from '../transport/webrtc/rtc.ts'

/** The clock, randomness and network of a session: those of the platform, or of a simulation. */
export interface Environment {
  readonly clock: Clock
  readonly random: Random
  /** The platform's transports. A simulation replaces them; an embedder that adds a transport gives `transports`. */
  readonly createTransports: (services: TransportServices) => readonly Transport[]
  /**
   * Transports in addition to the platform's. They are preferred for addresses that several can dial, in this order, and one of the same
   * kind as the platform's replaces it. The session closes them.
   */
  readonly transports: readonly Transport[]
  readonly openDatagram: OpenDatagram
  readonly resolveHost: ResolveHost
  readonly httpGet: HttpGet
  /** Opens connections to WebSocket trackers. */
  readonly openSocket: OpenSocket
  /** Opens WebRTC; called once. `host`: the only address that the session may use. */
  readonly openRtc: (options: { host?: string | undefined }) => Promise<RtcFactory>
  /** Opens the HTTP connections of a web seed. */
  readonly openHttpRanges: OpenHttpRanges
  /** Creates the storage of a torrent that is kept in memory. */
  readonly createMemoryStorage: (layout: PieceLayout) => Storage
  /** Creates the hash pool for checks; called at the first check. */
  readonly createHashPool: (options: { clock: Clock }) => HashPool
}

/** Replaces parts of the platform's environment. */
export type SessionEnvironment = Partial<Environment>

/** The transports of a session in order of preference. */
export function sessionTransports(environment: Environment, services: TransportServices): Transport[] {
  const { transports, createTransports } = environment
  const kinds = new Set(transports.map(({ kind }) => kind))
  if (kinds.size < transports.length)
    throw new ShoalError('bad-argument', 'Give only one transport of each kind')
  return [...transports, ...createTransports(services).filter(({ kind }) => !kinds.has(kind))]
}

export function resolveEnvironment(given: SessionEnvironment): Environment {
  return {
    clock: systemClock,
    random: systemRandom,
    openDatagram,
    resolveHost,
    httpGet,
    openSocket,
    openRtc,
    openHttpRanges,
    createMemoryStorage,
    createHashPool,
    createTransports,
    transports: [],
    ...given,
  }
}
