/** The place of a process among those of one hub. */
import type { Carrier } from '@shoal/tracker'
import type { Given } from '../options.ts'
import { RedisCarrier } from './redis-carrier.ts'

export interface Place {
  /** Null if the process is the only one. */
  readonly carrier: Carrier | null
  /** True if others listen at the same ports. */
  readonly sharesPorts: boolean
  /** True for one process of each machine: it does what others on the machine leave to it, such as to listen at a port that cannot be shared. */
  readonly isFirst: boolean
}

/** Finds the place of a process. `shareSecret` is called with the secret of all processes, at once or when the carrier has joined. */
export type FindPlace = (shareSecret: (secret: Uint8Array) => void) => Promise<Place>

/** Returns the place of a process that is alone on its machine. */
export async function ownPlace(
  { redis }: Pick<Given, 'redis'>,
  shareSecret: (secret: Uint8Array) => void,
): Promise<Place> {
  const carrier = redis === undefined ? null : await RedisCarrier.open({ url: redis, onSecret: shareSecret })
  return { carrier, sharesPorts: false, isFirst: true }
}
