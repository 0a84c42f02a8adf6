import type { Metainfo, SessionOptions } from '@shoal/torrent'
import { CommandFailure } from '../failure.ts'
import { formatDuration } from '../format.ts'
import { texts } from '../texts.ts'
import { openSession } from './open-session.ts'

export interface FetchOptions {
  readonly peers: readonly string[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * Fetches a link's metadata from peers. Rejects with `timeout` if no peer sends it in time, or with
 * the signal's reason.
 */
export async function fetchMetadata(
  link: string,
  network: SessionOptions,
  { peers, timeoutMs, signal }: FetchOptions,
): Promise<Metainfo> {
  const limit = AbortSignal.timeout(timeoutMs)
  const session = await openSession({ port: 0, ...network, portMapping: false })
  try {
    // Only the metadata is wanted.
    const torrent = await session.add(link, { memory: true, select: [], peers })
    await torrent.whenMetadata({ signal: AbortSignal.any([signal, limit]) })
    return torrent.metainfo!
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error
    throw new CommandFailure('timeout', texts.info.noMetadata({ time: formatDuration(timeoutMs / 1000) }))
  } finally {
    await session.close()
  }
}
