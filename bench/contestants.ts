/** The contestants, and how to start each. */
import { fileURLToPath } from 'node:url'
import { installWebTorrent } from '../interop/support/install-webtorrent.ts'
import { missing } from '../interop/support/tools.ts'
import { AgentPeer } from './peers/agent.ts'
import { LibtorrentPeer } from './peers/libtorrent.ts'
import type { BenchPeer } from './peers/peer.ts'
import { TransmissionPeer } from './peers/transmission.ts'

export type Contestant = 'shoal' | 'libtorrent' | 'webtorrent' | 'transmission'

const programs = {
  ours: fileURLToPath(new URL('./ours/peer.ts', import.meta.url)),
  webtorrent: fileURLToPath(new URL('./rivals/webtorrent-peer.ts', import.meta.url)),
}

const START: Record<Contestant, () => Promise<BenchPeer>> = {
  shoal: () => AgentPeer.start('shoal', programs.ours),
  libtorrent: () => LibtorrentPeer.start(),
  webtorrent: async () => AgentPeer.start('webtorrent', programs.webtorrent, [await installWebTorrent()]),
  transmission: () => TransmissionPeer.start(),
}

/** Versions of all contestants so far, as they report them. */
export const versions = new Set<string>()

/** Starts a new process of a contestant. Throws if it is not installed or does not start. */
export async function startPeer(contestant: Contestant): Promise<BenchPeer> {
  const lack =
    contestant === 'libtorrent'
      ? missing('libtorrent')
      : contestant === 'transmission'
        ? missing('transmission-daemon')
        : null
  if (lack) throw new Error(lack)
  const peer = await START[contestant]()
  versions.add(peer.version)
  return peer
}
