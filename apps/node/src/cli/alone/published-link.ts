/**
 * `get` with a published link (BEP 46): looks up the torrent that the key's owner currently names.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { parseMutableMagnet, type Session, type SessionOptions, ShoalError } from '@shoal/torrent'
import { type Version, versionIn } from '../../base/version-item.ts'
import { CommandFailure } from '../failure.ts'
import { formatDuration } from '../format.ts'
import { texts } from '../texts.ts'

const LOOKUP_MS = 60_000
/** Time between two lookups. */
const AGAIN_MS = 1000
/** Error codes of lookups that can succeed later: the DHT has no nodes yet, or did not respond. */
const LATER = ['unreachable', 'timeout']

interface LookupOptions {
  readonly network: SessionOptions
  /** `--timeout`, if given. A lookup takes at most a minute. */
  readonly timeoutMs: number | undefined
  readonly signal: AbortSignal
}

/** Throws `bad-magnet`, or `unsupported` if these options leave no DHT. */
export function checkPublishedLink(link: string, { dht, proxy }: SessionOptions): void {
  parseMutableMagnet(link)
  if (dht === false) throw new CommandFailure('unsupported', texts.get.publishedWithoutDht)
  if (proxy?.mode === 'strict' && /^http:/i.test(proxy.url))
    throw new CommandFailure('unsupported', texts.get.publishedBehindHttp)
}

/**
 * Rejects with `not-found` if no node has a version within the time, `bad-message`, `unsupported`,
 * or the signal's reason.
 */
export async function latestVersion(
  link: string,
  session: Pick<Session, 'getItem'>,
  { network, timeoutMs = LOOKUP_MS, signal }: LookupOptions,
): Promise<Version> {
  const key = parseMutableMagnet(link)
  const limitMs = Math.min(timeoutMs, LOOKUP_MS)
  const limit = AbortSignal.timeout(limitMs)
  const either = AbortSignal.any([signal, limit])
  /** Whether any node was queried. */
  let isAsked = false
  for (;;) {
    try {
      const item = await session.getItem(key, { signal: either })
      isAsked = true
      const version = item && versionIn(item)
      if (version) return version
      if (item) throw new CommandFailure('bad-message', texts.get.publishedNoTorrent)
      await wait(AGAIN_MS, undefined, { signal: either })
    } catch (error) {
      signal.throwIfAborted()
      if (limit.aborted) {
        const time = formatDuration(limitMs / 1000)
        const { publishedNotFound, publishedNoNodes, publishedBehindProxy } = texts.get
        const unreached = network.proxy?.mode === 'strict' ? publishedBehindProxy : publishedNoNodes
        const text = isAsked ? publishedNotFound : unreached
        throw new CommandFailure('not-found', text({ time }), { cause: error })
      }
      const code = error instanceof ShoalError ? error.code : null
      if (code === 'unsupported')
        throw new CommandFailure(code, texts.get.publishedWithoutUdp, { cause: error })
      if (code === null || !LATER.includes(code)) throw error
      await wait(AGAIN_MS, undefined, { signal: either }).catch(() => {})
    }
  }
}
