/**
 * A session behind a strict proxy, or bound to an interface, that tries everything that could
 * bypass it.
 */
import { mkdtemp } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitMs } from '@shoal/testing'
import { Session, type SessionOptions, systemClock } from '@shoal/torrent'
import { openRoute } from '@shoal/torrent/route'
import { httpGet } from '../../apps/node/src/node/kernel/http/http-request.ts'
import { answerJsonLines } from './json-lines.ts'

type Way = Pick<SessionOptions, 'proxy' | 'interface'>

interface Attempt {
  readonly way: Way
  /** In Base64. */
  readonly torrent: string
  readonly options: SessionOptions
  readonly trackers?: readonly string[]
  readonly webSeeds?: readonly string[]
  /** A magnet link or URL instead of the torrent. */
  readonly source?: string
  readonly peer?: string
  /** Milliseconds to wait for the download, or if it cannot complete, for other events. */
  readonly waitMs: number
}

let last: Session | null = null

answerJsonLines({
  /** Opens a session, adds the torrent and waits. Resolves to the outcome. */
  async run({ way, torrent, options, trackers, webSeeds, source, peer, waitMs }: Attempt) {
    await last?.close()
    const directory = await mkdtemp(join(tmpdir(), 'shoal-leak-'))
    const session = await Session.open({
      ...{ dht: false, lsd: false, portMapping: false, port: 6881, directory },
      trackers: trackers !== undefined || source !== undefined,
      ...options,
      ...way,
    })
    last = session
    const added = await session.add(source ?? Uint8Array.from(Buffer.from(torrent, 'base64')), {
      ...(trackers && { trackers }),
      ...(webSeeds && { webSeeds }),
    })
    if (peer) added.addPeer(peer)
    const done = await added
      .whenComplete({ signal: AbortSignal.timeout(waitMs) })
      .then(() => true)
      .catch(() => false)
    const sources = added.discovery().map(({ kind, state, message }) => ({ kind, state, message }))
    return { done, port: session.port, reason: added.stats.reason, problems: session.problems, sources }
  },
  /** Waits for the last torrent, and returns its state. */
  async later({ waitMs }: { waitMs: number }) {
    const [torrent] = last!.torrents
    const signal = AbortSignal.timeout(waitMs)
    const done = await torrent!.whenComplete({ signal }).then(
      () => true,
      () => false,
    )
    return { done, reason: torrent!.stats.reason, problems: last!.problems }
  },
  limit: ({ bytesPerSecond }: { bytesPerSecond: number | null }) =>
    last!.setLimits({ downloadBytesPerSecond: bytesPerSecond ?? Number.POSITIVE_INFINITY }),
  stop: () => last?.close(),
  /** Returns whether a port of this machine accepts connections. */
  accepts: ({ port }: { port: number }) =>
    new Promise<boolean>(resolve => {
      const socket = connect({ host: '10.99.0.2', port })
      socket.on('error', () => resolve(false))
      socket.on('connect', () => {
        socket.destroy()
        resolve(true)
      })
    }),
  /** The request of a feed. */
  async feed({ way, url }: { way: Way; url: string }) {
    const route = openRoute({ ...way, clock: systemClock })
    const signal = AbortSignal.timeout(limitMs(20))
    const answer = await httpGet(new URL(url), { signal, userAgent: 'Shoal/1', route })
    answer.close()
    await route?.close()
    return answer.status
  },
})
