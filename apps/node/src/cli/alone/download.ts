/** `shoal get`: one download from a link to verified files. */
import { resolve } from 'node:path'
import {
  infoHashText,
  isMutableMagnet,
  type Session,
  type SessionOptions,
  type TorrentApi,
} from '@shoal/torrent'
import { defaultFolder, openPlace, type Place } from '../../base/files/places.ts'
import { leavePageIfPrivate } from '../../base/sealing/to-share-link.ts'
import type { CommandContext } from '../command.ts'
import { EXIT } from '../exit.ts'
import { CommandFailure } from '../failure.ts'
import { formatBytes, formatDuration, formatPercent, formatRate } from '../format.ts'
import type { Output } from '../output.ts'
import { logTo } from '../terminal/log.ts'
import { openView } from '../terminal/open-view.ts'
import { torrentItem, type View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { type Claim, claim } from './claim.ts'
import { hexHashes } from './describe.ts'
import { explainLink } from './explain-link.ts'
import { findInNetwork } from './find-in-network.ts'
import { FolderRecords } from './folder-records.ts'
import { openSession } from './open-session.ts'
import { filesOfLink, selectFiles } from './select-files.ts'

export interface DownloadOptions {
  readonly out?: string | undefined
  readonly peer: readonly string[]
  readonly tracker: readonly string[]
  readonly webSeed: readonly string[]
  readonly select?: readonly number[] | undefined
  readonly sequential: boolean
  readonly preallocate: boolean
  readonly seed: boolean
  readonly timeout?: number | undefined
  readonly network: SessionOptions
  /** Do not join the Shoal network. */
  readonly noNetwork: boolean
  /** Nodes of the Shoal network to join through. */
  readonly networkNode: readonly string[]
  /** The share link that the magnet link was derived from. */
  readonly shareLink?: string
  /** Set for a sealed share. */
  readonly sealed?: SealedDownload
}

/** Checks and opens a sealed share during its download. */
export interface SealedDownload {
  /**
   * The key in its link, by which the network finds other peers. Undefined: the network is not
   * searched.
   */
  readonly linkKey: Uint8Array | undefined
  /**
   * Rejects early, before everything is downloaded, if the user's key or passphrase does not open
   * the share.
   */
  check(torrent: TorrentApi, signal: AbortSignal): Promise<void>
  open(torrent: TorrentApi, view: View, signal: AbortSignal): Promise<void>
}

/** Returns the exit code. */
export async function download(
  link: string,
  options: DownloadOptions,
  { interrupt, output }: CommandContext,
): Promise<number> {
  const published = isMutableMagnet(link) ? await import('./published-link.ts') : null
  published?.checkPublishedLink(link, options.network)
  const place = await openPlace(options.out ?? defaultFolder())
  const { timeout } = options
  const limit = timeout === undefined ? null : AbortSignal.timeout(timeout)
  const session = await openSession({
    ...options.network,
    directory: place.directory,
    stateDirectory: place.resume,
    restore: false,
  })
  const view = openView(output)
  const job: Job = { session, view, output, place, torrent: null, claim: null, done: false }
  try {
    const until = limit ? AbortSignal.any([interrupt.signal, limit]) : interrupt.signal
    let source = link
    if (published) {
      view.tell(texts.get.publishedLookup)
      const lookup = { network: options.network, timeoutMs: timeout, signal: interrupt.signal }
      const { infoHash, version } = await published.latestVersion(link, session, lookup)
      view.tell(texts.get.publishedFound({ version, infoHash }), { event: 'published', version, infoHash })
      source = infoHash
    }
    await work(source, options, job, until)
    if (options.seed) await untilStopped(job.torrent!, interrupt.signal)
  } catch (error) {
    if (!interrupt.signal.aborted) {
      const isLate = limit?.aborted && !job.done && !(error instanceof CommandFailure)
      throw isLate ? timedOut(job.torrent, timeout!) : error
    }
  } finally {
    if (interrupt.signal.aborted) view.tell(texts.run.stopping)
    view.close()
    await session.close()
    await job.claim?.release()
  }
  if (job.done) return 0
  const progress = formatPercent(job.torrent?.stats.progress ?? 0)
  const message = texts.get.stopped({ progress })
  if (output.json) output.object({ error: { code: 'cancelled', message } })
  else output.error(`shoal: ${message}`)
  return EXIT.interrupted
}

interface Job {
  readonly session: Session
  readonly view: View
  readonly output: Output
  readonly place: Place
  torrent: TorrentApi | null
  claim: Claim | null
  /** Whether all wanted files are complete. */
  done: boolean
}

async function work(link: string, options: DownloadOptions, job: Job, signal: AbortSignal): Promise<void> {
  const { session, view, output, place } = job
  const torrent = await addTo(session, link, place.directory, options, signal)
  job.torrent = torrent
  if (options.shareLink !== undefined) leavePageIfPrivate(torrent, options.shareLink)
  const { infoHashes } = torrent
  const item = torrentItem(torrent, infoHashText(infoHashes))
  view.tell('', {
    event: 'added',
    infoHashes: hexHashes(infoHashes),
    port: session.port,
    directory: place.directory,
  })
  view.add(item)
  logTo(view, output, torrent)
  job.claim = await claim(torrent, new FolderRecords(place.state))
  // libp2p opens its own connections, which would bypass a proxy or an interface.
  const isRouted = options.network.proxy !== undefined || options.network.interface !== undefined
  const nodes = options.networkNode
  const linkKey = options.sealed?.linkKey
  const leave =
    options.noNetwork || isRouted || (options.sealed && !linkKey)
      ? null
      : findInNetwork({ session, torrent, linkKey, nodes, options: options.network })
  try {
    await arrive(link, torrent, options, signal)
  } finally {
    await leave?.()
  }
  await options.sealed?.open(torrent, view, signal)
  job.done = true
  job.claim.complete()
  view.refresh()
  // The last message on screen says that the download is complete.
  if (!options.seed) view.remove(item)
  if (!options.sealed) tellComplete(torrent, view)
}

async function addTo(
  session: Session,
  link: string,
  directory: string,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<TorrentApi> {
  const stop = () => void session.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    return await session.add(link, {
      directory,
      peers: options.peer,
      trackers: options.tracker,
      webSeeds: options.webSeed,
      sequential: options.sequential,
      preallocate: options.preallocate,
      ...(options.select && { select: options.select }),
    })
  } catch (error) {
    throw explainLink(link, error)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/**
 * Resolves when all wanted files are complete. Rejects if the torrent fails, because a script must
 * not wait for disk space.
 */
async function arrive(
  link: string,
  torrent: TorrentApi,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<void> {
  let off = () => {}
  const failed = new Promise<never>((_resolve, reject) => {
    off = torrent.on('error', reject)
  })
  const whole = async () => {
    await torrent.whenMetadata({ signal })
    await options.sealed?.check(torrent, signal)
    const wanted = options.select ?? filesOfLink(link, torrent.files.length)
    // The earlier selection was complete, so the peer was disconnected. It is needed again.
    if (await selectFiles(torrent, wanted)) for (const peer of options.peer) torrent.addPeer(peer)
    await torrent.whenComplete({ signal })
  }
  try {
    await Promise.race([whole(), failed])
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code !== 'no-space') throw error
    throw new CommandFailure('no-space', texts.get.noSpace({ reason: message }), {
      cause: error,
    })
  } finally {
    off()
  }
}

function tellComplete(torrent: TorrentApi, view: View): void {
  const { stats, files, directory, name, infoHashes } = torrent
  const wanted = files.filter(({ priority }) => priority > 0)
  const path = resolve(directory, files[0]?.path[0] ?? name)
  view.tell(texts.add.complete({ path, size: formatBytes(stats.wantedBytes) }), {
    event: 'complete',
    infoHash: infoHashText(infoHashes),
    name,
    path: wanted.length === 1 ? wanted[0]!.diskPath : path,
    length: stats.wantedBytes,
    downloadedBytes: stats.downloadedBytes,
    uploadedBytes: stats.uploadedBytes,
    files: wanted.map(file => ({
      path: file.path.join('/'),
      diskPath: file.diskPath,
      length: file.lengthBytes,
    })),
  })
}

/** Resolves on Ctrl-C; rejects if the torrent fails. */
export async function untilStopped(torrent: TorrentApi, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    torrent.on('error', reject)
  })
}

function timedOut(torrent: TorrentApi | null, timeoutMs: number): CommandFailure {
  const time = formatDuration(timeoutMs / 1000)
  const stats = torrent?.stats
  if (!stats || !torrent.metainfo) return new CommandFailure('timeout', texts.get.noMetadata({ time }))
  const rate = formatRate(stats.downloadBytesPerSecond)
  return new CommandFailure(
    'timeout',
    texts.get.timedOut({
      progress: formatPercent(stats.progress),
      time,
      peers: texts.format.peers({ count: stats.peers }),
      rate,
    }),
  )
}
