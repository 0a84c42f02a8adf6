/** The contestants, and how to start each. */
import { fileURLToPath } from 'node:url'
import { installWebTorrent } from '../interop/support/install-webtorrent.ts'
import { missing } from '../interop/support/tools.ts'
import { AgentPeer } from './peers/agent.ts'
import { LibtorrentPeer } from './peers/libtorrent.ts'
import { type BenchPeer, LOOPBACK, type PeerNetwork } from './peers/peer.ts'
import { TransmissionPeer } from './peers/transmission.ts'

export type Contestant = 'shoal' | 'libtorrent' | 'webtorrent' | 'transmission'

const programs = {
  ours: fileURLToPath(new URL('./ours/peer.ts', import.meta.url)),
  webtorrent: fileURLToPath(new URL('./rivals/webtorrent-peer.ts', import.meta.url)),
}

const START: Record<Contestant, (network: PeerNetwork) => Promise<BenchPeer>> = {
  shoal: network => AgentPeer.start('shoal', programs.ours, [network.host, network.transport], network),
  libtorrent: network => LibtorrentPeer.start(network),
  webtorrent: async () => AgentPeer.start('webtorrent', programs.webtorrent, [await installWebTorrent()]),
  transmission: () => TransmissionPeer.start(),
}

/** Versions of all contestants so far, as they report them. */
export const versions = new Set<string>()

/**
 * Starts a new process of a contestant. Throws if it is not installed or does not start. Only Shoal
 * and libtorrent support anything but loopback TCP.
 */
export async function startPeer(contestant: Contestant, network = LOOPBACK): Promise<BenchPeer> {
  const lack =
    contestant === 'libtorrent'
      ? missing('libtorrent')
      : contestant === 'transmission'
        ? missing('transmission-daemon')
        : null
  if (lack) throw new Error(lack)
  const peer = await START[contestant](network)
  versions.add(peer.version)
  return peer
}
