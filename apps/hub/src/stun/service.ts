import { service } from '@shoal/daemon/capability'
import type { StunServer } from '@shoal/torrent/stun'

export interface Stun {
  /** UDP port that answers, once it is open; otherwise null. */
  readonly port: number | null
  /** Responses of this process since the start. */
  readonly answered: number
  /** For another UDP port of the hub that answers STUN, too. Null if it should not. */
  readonly shared: StunServer | null
  /** Sets the port that answers with `shared`. */
  setSharedPort(port: number | null): void
}

export const STUN = service<Stun>('stun')
