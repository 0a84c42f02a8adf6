/** What the tracker inside the node offers to other capabilities. */
import { service } from '../kernel/capability.ts'

export interface OwnTrackerService {
  /** Announce URLs for other peers: of HTTP, and of WebSocket for web pages. Empty while nobody knows how to reach the node. */
  announceUrls(): readonly string[]
}

export const TRACKER = service<OwnTrackerService>('tracker')
