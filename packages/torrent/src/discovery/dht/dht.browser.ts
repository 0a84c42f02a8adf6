import { ShoalError } from '../../base/errors.ts'
import type { BootstrapNode } from './maintenance.ts'

/** None that a browser could reach. */
export const WELL_KNOWN_NODES: readonly BootstrapNode[] = []

/** Browsers have no datagrams: always rejects with `unsupported`. What the DHT is made of is not part of a page. */
export async function openDht(): Promise<never> {
  throw new ShoalError('unsupported', 'browsers have no DHT: use WebSocket trackers here, or run a node')
}
