import { type Evidence, judge, NO_EVIDENCE } from '../apps/node/src/node/people/judge.ts'
import type { Conduct, Recognition, SeenPeer } from '../packages/torrent/src/recognition-api.ts'
import { TestRecognition } from '../packages/torrent/src/swarm/testing/test-recognition.ts'
import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { type Host, World } from './support/world.ts'

const KIB = 1024
const UPLINK = 32 * KIB
const LINK = { uploadBytesPerSecond: UPLINK, downloadBytesPerSecond: 16 * UPLINK, latencyMs: 20 }
const CONTRIBUTORS = 14
/** Number of real bytes that each simulated byte represents. */
const SCALE = 64

/** Mean virtual seconds until contributors and riders were complete. */
export interface FreeRiders {
  readonly contributors: number
  /** NaN without riders. */
  readonly riders: number
}

export interface FreeRidersOptions {
  readonly riders: number
  /** Whether contributors recognize each other. */
  readonly recognizes: boolean
  readonly seed: number
}

/** A node that judges peers like a real one, including its earlier observations. */
class Judging extends TestRecognition {
  readonly known = new Map<string, Evidence>()

  override isTrusted(key: string): boolean {
    return judge(this.known.get(key) ?? NO_EVIDENCE).isTrusted
  }

  override onConduct({ key }: SeenPeer, conduct: Conduct): void {
    if (key === null) return
    const before = this.known.get(key) ?? NO_EVIDENCE
    const sum = (name: keyof Evidence & keyof Conduct) => before[name] + SCALE * conduct[name]
    this.known.set(key, {
      ...before,
      downloadedBytes: sum('downloadedBytes'),
      connectedMs: sum('connectedMs'),
      promisesKept: sum('promisesKept'),
      promisesBroken: sum('promisesBroken'),
      failedPieces: sum('failedPieces'),
      junk: sum('junk'),
    })
  }
}

/**
 * A seed, contributors that gave each other 128 MiB in earlier torrents and leave when complete,
 * and riders, which send nothing.
 */
export async function freeRiders(options: FreeRidersOptions): Promise<FreeRiders> {
  const torrent = await testTorrent({ pieces: 160, pieceLengthBytes: 32 * KIB })
  const world = new World(torrent, options.seed)
  const nodes = Array.from({ length: CONTRIBUTORS + 1 }, (_, at) => new Judging(at + 1))
  for (const node of nodes)
    for (const other of nodes) node.known.set(other.name, { ...NO_EVIDENCE, downloadedBytes: 128 * 2 ** 20 })
  const session = (recognition: Recognition) => ({
    uploadSlots: 4,
    ...(options.recognizes && { recognition }),
  })
  const fast = { ...LINK, uploadBytesPerSecond: 2 * UPLINK }
  await world.join({ seed: true, link: fast, session: session(nodes[0]!) })
  const contributors: Host[] = []
  const riders: Host[] = []
  for (const node of nodes.slice(1))
    contributors.push(await world.join({ link: LINK, session: session(node) }))
  for (let at = 0; at < options.riders; at++) {
    const still = { limits: { uploadBytesPerSecond: 0 } }
    riders.push(await world.join({ link: LINK, session: { ...session(new Judging(100 + at)), ...still } }))
  }
  const left = new Set<Host>()
  await world.until(
    'all are complete',
    () => {
      for (const host of contributors)
        if (host.completeMs !== null && !left.has(host)) {
          left.add(host)
          void host.session.close()
        }
      return [...contributors, ...riders].every(({ completeMs }) => completeMs !== null)
    },
    3_600_000,
  )
  const mean = (hosts: readonly Host[]) =>
    hosts.reduce((sum, { completeMs }) => sum + completeMs!, 0) / hosts.length / 1000
  const result = { contributors: mean(contributors), riders: mean(riders) }
  await world.close()
  return result
}
