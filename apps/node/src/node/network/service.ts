import type { Host } from '@shoal/network/host'
import { service } from '../kernel/capability.ts'

/** The Shoal network, for capabilities that use it. */
export interface Network {
  /** The host while the network is on; else null. It is another one after a change of settings or of the network key. */
  readonly host: Host | null
  /** Calls `onOpen` for each host when it opens, and for the present one. What that returns is called before the host closes. */
  use(onOpen: (host: Host) => (() => void | Promise<void>) | undefined): () => void
}

export const NETWORK = service<Network>('network')
