import type { PeerReach } from '@shoal/api'
import type { PortMappingStatus } from '@shoal/torrent'
import { isLoopback } from '@shoal/torrent/local-address'

export interface PeerReachFacts {
  /** Port that accepts peers; 0 if none does. */
  readonly port: number
  /** The address that it is bound to. Undefined: all. */
  readonly host: string | undefined
  /** Whether a peer from outside has connected. */
  readonly isReachable: boolean
  readonly portMapping: PortMappingStatus | null
}

/** Tells whether peers from outside the local network can connect, and why not. */
export function decidePeerReach({ port, host, isReachable, portMapping }: PeerReachFacts): PeerReach {
  const mappings = portMapping ? [...portMapping.mappings] : []
  const known = (state: PeerReach['state'], problem: PeerReach['problem'] = null) => ({
    state,
    port,
    problem,
    mappings,
  })
  if (port === 0 || (host !== undefined && isLoopback(host))) return known('off')
  if (isReachable) return known('reached')
  if (!portMapping || portMapping.isDirect) return known('unknown')
  if (portMapping.searching) return known('searching')
  return portMapping.problem ? known('closed', portMapping.problem) : known('mapped')
}
