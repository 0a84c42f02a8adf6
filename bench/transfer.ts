/** Measures one transfer from one process to another. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Of } from '../interop/support/files.ts'
import { cpuSeconds, usageSince } from '../interop/support/usage.ts'
import type { Content } from './content.ts'
import { type Contestant, startPeer } from './contestants.ts'
import { type Medium, settle } from './media.ts'
import { LOOPBACK, type PeerNetwork } from './peers/peer.ts'

export interface Transfer {
  /**
   * From the first payload byte until everything is verified. The time until a client connects
   * varies by up to ten seconds and does not count.
   */
  readonly bytesPerSecond: number
  /** From the command until everything is verified. */
  readonly seconds: number
  /** CPU time of the measured process, from the command until everything is verified. */
  readonly userSeconds: number
  readonly systemSeconds: number
  /** Peak memory of the measured process. */
  readonly peakResidentBytes: number
  /** CPU time of both processes, user and system. */
  readonly pairSeconds: number
}

interface Networks {
  readonly seeder: PeerNetwork
  readonly leecher: PeerNetwork
}

/** `measured`: the process whose CPU time and memory count. Both processes are new for each run. */
export async function transfer(
  medium: Medium,
  content: Content,
  seeder: Contestant,
  leecher: Contestant,
  measured: 'seeder' | 'leecher',
  networks: Networks = { seeder: LOOPBACK, leecher: LOOPBACK },
): Promise<Transfer> {
  // Transfers to other contestants can run at the same time.
  const directory = join(content.folder, `leech-${leecher}`)
  await mkdir(directory, { recursive: true })
  // The file, and the memory of two processes.
  await settle(medium, content.lengthBytes + 2 ** 29)
  try {
    await using seed = await startPeer(seeder, networks.seeder)
    await using leech = await startPeer(leecher, networks.leecher)
    await seed.seed(content.torrent, content.seedFolder)
    const before = { seeder: await seed.usage(), leecher: await leech.usage() }
    const started = performance.now()
    const { firstByteMs } = await leech.download({ torrent: content.torrent, directory, peers: [seed] })
    const elapsedMs = performance.now() - started
    const used = {
      seeder: usageSince(before.seeder, await seed.usage()),
      leecher: usageSince(before.leecher, await leech.usage()),
    }
    const file = join(directory, content.name)
    if (!content.checked.has(leecher) && (await sha256Of(file)) !== content.sha256)
      throw new Error(`${leecher} downloaded something else from ${seeder}`)
    content.checked.add(leecher)
    return {
      bytesPerSecond: content.lengthBytes / ((elapsedMs - firstByteMs) / 1000),
      seconds: elapsedMs / 1000,
      ...used[measured],
      pairSeconds: cpuSeconds(used.seeder) + cpuSeconds(used.leecher),
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
