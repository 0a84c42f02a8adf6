/** `shoal get`: one download from a link to verified files. */
import { resolve } from 'node:path'
import { infoHashText, Session, type SessionOptions, type TorrentApi } from '@shoal/torrent'
import type { CommandContext } from '../cli/command.ts'
import { EXIT, Failure } from '../cli/failure.ts'
import { hexHashes } from '../content/describe.ts'
import { Catalogue } from '../state/catalogue.ts'
import { defaultFolder, openPlace } from '../state/places.ts'
import { formatBytes, formatDuration, formatPercent, formatRate } from '../text/format.ts'
import { logTo } from '../view/log.ts'
import { openView } from '../view/open-view.ts'
import { torrentItem, type View } from '../view/view.ts'
import { claim } from './claim.ts'
import { selectFiles } from './select-files.ts'

export interface DownloadOptions {
  readonly out?: string | undefined
  readonly peer: readonly string[]
  readonly tracker: readonly string[]
  readonly webSeed: readonly string[]
  readonly select?: readonly number[] | undefined
  readonly sequential: boolean
  readonly seed: boolean
  readonly timeout?: number | undefined
  readonly network: SessionOptions
}

/** Returns the exit code. */
export async function download(
  link: string,
  options: DownloadOptions,
  context: CommandContext,
): Promise<number> {
  const { interrupt, output } = context
  const place = await openPlace(options.out ?? defaultFolder())
  const limit = options.timeout === undefined ? null : AbortSignal.timeout(options.timeout)
  const signal = limit ? AbortSignal.any([interrupt.signal, limit]) : interrupt.signal
  const session = await Session.open({
    ...options.network,
    directory: place.directory,
    stateDirectory: place.resume,
    restore: false,
  })
  const view = openView(output)
  let torrent: TorrentApi | null = null
  let done = false
  try {
    torrent = await addTo(session, link, place.directory, options, signal)
    const { infoHashes } = torrent
    view.add(torrentItem(torrent, infoHashText(infoHashes)))
    logTo(view, output, torrent)
    view.tell('', {
      event: 'added',
      ...hexHashes(infoHashes),
      port: session.port,
      directory: place.directory,
    })
    const claimed = await claim(torrent, new Catalogue(place.state))
    try {
      await arrive(torrent, options, signal)
      done = true
      claimed.complete()
      view.refresh()
      if (!options.seed) view.remove(item)
      tellComplete(torrent, view)
      if (options.seed) await untilStopped(torrent, interrupt.signal)
    } finally {
      claimed.release()
    }
  } catch (error) {
    if (interrupt.signal.aborted) view.tell('Stopping …')
    else if (limit?.aborted && !done) throw timedOut(torrent, options.timeout!)
    else throw error
  } finally {
    const stats = torrent?.stats
    view.close()
    await session.close()
    if (interrupt.signal.aborted && !done && stats && !output.json)
      output.line(`Stopped at ${formatPercent(stats.progress)}: the same command goes on from there`)
  }
  if (done) return 0
  if (output.json)
    output.object({ error: { code: 'cancelled', message: 'stopped: the same command goes on' } })
  return EXIT.interrupted
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
      ...(options.select && { select: options.select }),
    })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Resolves when all that is wanted is here. Rejects when the torrent fails: a script must not wait for a disk to have room again. */
async function arrive(torrent: TorrentApi, options: DownloadOptions, signal: AbortSignal): Promise<void> {
  let off = () => {}
  const failed = new Promise<never>((_resolve, reject) => {
    off = torrent.on('error', reject)
  })
  const whole = async () => {
    await torrent.whenMetadata({ signal })
    if (options.select) await selectFiles(torrent, options.select)
    await torrent.whenComplete({ signal })
  }
  try {
    await Promise.race([whole(), failed])
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code !== 'no-space') throw error
    throw new Failure('no-space', `${message}. What is there is kept: the same command goes on`, {
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
  view.tell(`Complete: ${path} (${formatBytes(stats.wantedBytes)})`, {
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

/** Resolves with Ctrl-C; rejects when the torrent fails. */
export async function untilStopped(torrent: TorrentApi, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    torrent.on('error', reject)
  })
}

function timedOut(torrent: TorrentApi | null, timeoutMs: number): Failure {
  const time = formatDuration(timeoutMs / 1000)
  const stats = torrent?.stats
  if (!stats || !torrent.metainfo)
    return new Failure(
      'timeout',
      `no peer told what this link stands for within ${time}: try again later, or give --peer HOST:PORT`,
    )
  const rate = formatRate(stats.downloadBytesPerSecond)
  return new Failure(
    'timeout',
    `${formatPercent(stats.progress)} is there after ${time} (${stats.peers} peers, ${rate}): the same command goes on from there`,
  )
}
