import type { ResumeStore } from '../storage/record/resume-store.ts'
import type { SharedDatagrams } from '../transport/shared-datagrams.ts'
import type { Signaling } from '../transport/webrtc/peer-signaling.ts'
import type { Environment } from './environment.ts'

export interface DiscoveriesContext extends Environment {
  /** The UDP ports that the DHT shares with transports. */
  readonly datagrams: SharedDatagrams
  readonly userAgent: string
  /** Whether nothing that is sent may reveal who we are. */
  readonly isAnonymous: boolean
  /** Called when a tracker or the DHT reports our address. */
  readonly onExternalHost: (host: string, teller?: 'tracker' | 'dht') => void
  /** The signaling of WebRTC peers; null while WebRTC is off. */
  readonly signaling: () => Signaling | null
  /** Port that accepts peers. The DHT uses the same number for UDP if possible. */
  readonly port: number
  /** Stores the DHT's nodes between runs; null stores none. */
  readonly store: ResumeStore | null
}

/** The part that the DHT uses. */
export type DhtContext = Omit<DiscoveriesContext, 'signaling' | 'userAgent'>
