/** Peers that a link names by an address of libp2p. The engine's worker loads this with the first of them. */
import { SignaledPeers } from '@shoal/network/signaled-peers'
import { type Connection, type PeerAddress, systemClock } from '@shoal/torrent'
import { systemRandom } from '@shoal/torrent/base'
import type { EngineConfig } from './protocol.ts'
import type { BorrowedRtc } from './rtc-borrower.ts'

let peers: SignaledPeers | undefined

/** Connects to such a peer by WebRTC. The page carries the offer over libp2p. */
export function dialLibp2p(
  rtc: BorrowedRtc,
  { iceServers = [], iceTransportPolicy = 'all' }: EngineConfig,
  { host }: PeerAddress,
  options: { signal: AbortSignal },
): Promise<Connection> {
  peers ??= new SignaledPeers({
    clock: systemClock,
    random: systemRandom,
    openRtc: async () => rtc,
    config: () => ({ iceServers, iceTransportPolicy }),
  })
  const carry = (sdp: string, signal: AbortSignal) =>
    rtc.ask(call => ({ kind: 'carry', peer: host, call, sdp }), signal)
  return peers.dial(carry, options)
}
