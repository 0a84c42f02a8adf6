import { type Metainfo, Session } from '@shoal/torrent'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'

/**
 * Reads a .torrent from a path or URL. Rejects with a ShoalError, or with a Failure for a link,
 * which has no piece hashes.
 */
export async function readMetainfo(source: string, { signal }: { signal: AbortSignal }): Promise<Metainfo> {
  const session = await Session.open({ port: null, dht: false, lsd: false, pex: false, trackers: false })
  const stop = () => void session.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    const torrent = await session.add(source, { paused: true, memory: true })
    if (torrent.metainfo) return torrent.metainfo
    throw new CommandFailure('bad-argument', texts.check.noHashes)
  } finally {
    signal.removeEventListener('abort', stop)
    await session.close()
  }
}
