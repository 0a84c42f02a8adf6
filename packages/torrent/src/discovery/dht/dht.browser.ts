import { ShoalError } from '../../base/errors.ts'
import type { BootstrapNode } from './maintenance.ts'

/** Empty, since browsers cannot reach any. */
export const WELL_KNOWN_NODES: readonly BootstrapNode[] = []

/** Browsers receive no datagrams. */
export const isDhtDatagram = (): boolean => false

/** Rejects with `unsupported`: browsers have no UDP. The code of the DHT is not part of a page. */
export async function openDht(): Promise<never> {
  throw new ShoalError('unsupported', 'Browsers have no DHT: use WebSocket trackers here, or run a node')
}
