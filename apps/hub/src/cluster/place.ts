/** The role of a process among those of one hub. */
import type { Carrier } from '@shoal/tracker'
import type { Given } from '../options.ts'
import { RedisCarrier } from './redis-carrier.ts'

export interface Place {
  /** Null if this is the only process. */
  readonly carrier: Carrier | null
  /** Whether other processes listen on the same ports. */
  readonly sharesPorts: boolean
  /**
   * Whether this is the one process per machine that does shared work, such as listening on a port
   * that cannot be shared.
   */
  readonly isFirst: boolean
}

/**
 * Determines the role of a process. `shareSecret` is called with the secret shared by all
 * processes, at once or when the carrier has joined.
 */
export type FindPlace = (shareSecret: (secret: Uint8Array) => void) => Promise<Place>

/** Returns the role of a process that is alone on its machine. */
export async function ownPlace(
  { redis }: Pick<Given, 'redis'>,
  shareSecret: (secret: Uint8Array) => void,
): Promise<Place> {
  const carrier = redis === undefined ? null : await RedisCarrier.open({ url: redis, onSecret: shareSecret })
  return { carrier, sharesPorts: false, isFirst: true }
}
