import { type Metainfo, Session, type SessionOptions } from '@shoal/torrent'
import { Failure } from '../../base/failure.ts'
import { formatDuration } from '../../base/text/format.ts'

export interface FetchOptions {
  readonly peers: readonly string[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** What peers know of a link. Rejects with `timeout` when none told in time, or with the signal's reason. */
export async function fetchMetadata(
  link: string,
  network: SessionOptions,
  { peers, timeoutMs, signal }: FetchOptions,
): Promise<Metainfo> {
  const limit = AbortSignal.timeout(timeoutMs)
  const session = await Session.open({ port: 0, ...network })
  try {
    // Nothing is wanted but the metadata.
    const torrent = await session.add(link, { memory: true, select: [], peers })
    await torrent.whenMetadata({ signal: AbortSignal.any([signal, limit]) })
    return torrent.metainfo!
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error
    throw new Failure(
      'timeout',
      `no peer told what this link stands for within ${formatDuration(timeoutMs / 1000)}: try again later, give --peer HOST:PORT, or --no-fetch for what the link itself says`,
    )
  } finally {
    await session.close()
  }
}
