import type { FamilyReach, PeerReach } from '@shoal/api'
import { kindOfAddress, type PortMappingStatus, type SessionApi, type SessionStats } from '@shoal/torrent'
import { isLoopback } from '@shoal/torrent/local-address'

/**
 * An attempt of a hub to connect to the peer port. If it succeeds, the session counts an arrival.
 */
export interface PeerTest {
  /** The node's address as the hub sees it. */
  readonly address: string
  readonly port: number
}

export interface PeerReachFacts {
  /** Port that accepts peers; 0 if none does. */
  readonly port: number
  /** The address that it is bound to. Undefined: all. */
  readonly host: string | undefined
  readonly route: SessionApi['route']
  /** The addresses of this machine. */
  readonly addresses: readonly string[]
  readonly portMapping: PortMappingStatus | null
  readonly stats: Pick<SessionStats, 'arrivals' | 'externalAddresses'>
  /** The last one; null if there was none. */
  readonly peerTest: PeerTest | null
  /** The port of the Shoal network. Null while it is off. */
  readonly network: PeerReach['network']
}

type Family = 4 | 6
type Verdict = Pick<FamilyReach, 'state' | 'reason'>

/** The address family with the better prospects decides the verdict. */
const BY_HOPE = ['reachable', 'unknown', 'unreachable', 'off'] as const

/** Returns whether peers outside the local network can connect, and if not, why. */
export function decidePeerReach(facts: PeerReachFacts): PeerReach {
  const [ipv4, ipv6] = [familyReach(4, facts), familyReach(6, facts)]
  const { state, reason } = BY_HOPE.indexOf(ipv6.state) < BY_HOPE.indexOf(ipv4.state) ? ipv6 : ipv4
  const { port, network, portMapping } = facts
  return { state, reason, port, network, ipv4, ipv6, mappings: [...(portMapping?.mappings ?? [])] }
}

function familyReach(family: Family, facts: PeerReachFacts): FamilyReach {
  const { stats, port } = facts
  const { ipv4, ipv6 } = stats.externalAddresses
  const arrivals = stats.arrivals.filter(arrival => arrival.family === family)
  const open = mappingsOf(family, facts).find(
    ({ transport, externalPort }) => transport === 'tcp' && externalPort,
  )
  const place = { address: family === 4 ? ipv4 : ipv6, port: open?.externalPort ?? port }
  return {
    ...(offVerdict(family, facts) ?? tested(verdict(family, facts), family, place, facts.peerTest)),
    ...place,
    arrivals: arrivals.map(({ transport, host, atMs }) => ({ transport, host, atMs })),
  }
}

function offVerdict(family: Family, { port, host, route }: PeerReachFacts): Verdict | null {
  if (route?.canListen === false)
    return { state: 'off', reason: route.carriesUdp ? 'strict-proxy' : 'strict-proxy-without-udp' }
  if (port === 0) return { state: 'off', reason: 'no-port' }
  if (host === undefined) return null
  if (isLoopback(host)) return { state: 'off', reason: 'own-machine' }
  return familyOf(host) === family ? null : { state: 'off', reason: 'other-family' }
}

function verdict(family: Family, facts: PeerReachFacts): Verdict {
  const { addresses, portMapping, stats } = facts
  if (stats.arrivals.some(arrival => arrival.family === family))
    return { state: 'reachable', reason: 'connected' }
  const own = addresses.filter(address => familyOf(address) === family && kindOfAddress(address) === 'public')
  if (family === 6 && own.length === 0) return { state: 'unreachable', reason: 'no-address' }
  const mappings = mappingsOf(family, facts)
  const open = mappings.filter(({ externalPort, problem }) => externalPort !== null && problem === null)
  const told = open.flatMap(({ externalAddress }) => externalAddress ?? [])
  const { ipv4: seen } = stats.externalAddresses
  // Several addresses are usual with IPv6.
  if (family === 4 && seen !== null && [...own, ...told].length > 0 && ![...own, ...told].includes(seen))
    return { state: 'unreachable', reason: 'other-address' }
  if (open.length > 0) return { state: 'unknown', reason: 'mapped' }
  if (portMapping?.searching) return { state: 'unknown', reason: 'searching' }
  const problem = mappings.find(mapping => mapping.problem)?.problem ?? (family === 4 && portMapping?.problem)
  if (own.length > 0 && (family === 4 || !problem)) return { state: 'unknown', reason: 'public' }
  return problem ? { state: 'unreachable', reason: problem.code } : { state: 'unknown', reason: 'not-asked' }
}

/**
 * A hub on the internet that could not connect settles an unknown state: successful connections
 * count as arrivals. A test of another port or address is not evidence.
 */
function tested(
  verdict: Verdict,
  family: Family,
  { address: seen, port }: Pick<FamilyReach, 'address' | 'port'>,
  peerTest: PeerTest | null,
): Verdict {
  if (verdict.state !== 'unknown' || verdict.reason === 'searching' || peerTest === null) return verdict
  if (familyOf(peerTest.address) !== family || (seen !== null && peerTest.address !== seen)) return verdict
  if (peerTest.port !== port || kindOfAddress(peerTest.address) !== 'public') return verdict
  return { state: 'unreachable', reason: 'test-failed' }
}

function mappingsOf(family: Family, { portMapping }: PeerReachFacts) {
  return portMapping?.mappings.filter(({ internalAddress }) => familyOf(internalAddress) === family) ?? []
}

function familyOf(address: string): Family {
  return address.includes(':') ? 6 : 4
}
