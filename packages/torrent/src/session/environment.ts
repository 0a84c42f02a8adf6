import { createHashPool } from '#hash-pool'
import { platformNetwork } from '#network'
import { type Clock, systemClock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { type Random, systemRandom } from '../base/random.ts'
import type { HashPool } from '../hash/hash-pool.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { createMemoryStorage } from '../storage/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import type { TransportServices } from '../transport/services.ts'
import type { Transport } from '../transport/transport.ts'
import type { NetworkOptions, SessionNetwork } from './network.ts'

/** The clock, randomness and network of a session: those of the platform, or of a simulation. */
export interface Environment extends SessionNetwork {
  readonly clock: Clock
  readonly random: Random
  /**
   * Transports in addition to the platform's. They are preferred for addresses that several can
   * dial, in this order, and one of the same kind as the platform's replaces it. The session closes
   * them.
   */
  readonly transports: readonly Transport[]
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

/**
 * Completes an environment with the platform's. Throws if the platform has no network that fits
 * the options.
 */
export function resolveEnvironment(
  given: SessionEnvironment,
  options: Omit<NetworkOptions, 'clock'>,
): Environment {
  const { clock = systemClock } = given
  return {
    clock,
    random: systemRandom,
    ...platformNetwork({ ...options, clock }),
    createMemoryStorage,
    createHashPool,
    transports: [],
    ...given,
  }
}
