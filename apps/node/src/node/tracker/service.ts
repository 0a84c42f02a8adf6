/** The service of the node's own tracker for other capabilities. */
import { service } from '@shoal/daemon/capability'

export interface OwnTrackerService {
  /**
   * Announce URLs for other peers: HTTP, and WebSocket for web pages. Empty while no reachable
   * address of the node is known.
   */
  announceUrls(): readonly string[]
}

export const TRACKER = service<OwnTrackerService>('tracker')
