/** Shows the progress of a node's work until it is done. */
import type { Job, Torrent } from '@shoal/api'
import { audienceOf } from '@shoal/links'
import { SHOAL } from '../../base/program.ts'
import { CommandFailure } from '../failure.ts'
import { formatBytes } from '../format.ts'
import type { Output } from '../output.ts'
import { openView } from '../terminal/open-view.ts'
import type { Item, Snapshot, View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { absoluteLink, audienceText, linkAudience } from './absolute-link.ts'
import { type Mirror, mirrorTorrents } from './mirror.ts'
import type { NodeClient } from './node-client.ts'
import { torrentPath } from './torrent-path.ts'

interface WaitOptions {
  readonly output: Output
  readonly signal: AbortSignal
}

/** IDs of torrents and jobs to wait for. */
export interface Awaited {
  readonly torrents: readonly string[]
  readonly jobs: readonly string[]
}

/**
 * Resolves when everything is complete. Rejects with the first failure after the others have ended,
 * or with the signal's reason.
 */
export async function waitFor(node: NodeClient, awaited: Awaited, options: WaitOptions): Promise<void> {
  const { output, signal } = options
  const view = openView(output)
  const open = new Map<string, Tracked>()
  for (const id of awaited.torrents) open.set(id, new Tracked(id, 'torrent'))
  for (const id of awaited.jobs) open.set(id, new Tracked(id, 'job'))
  const failures: CommandFailure[] = []
  try {
    for await (const { mirror } of mirrorTorrents(node, { signal })) {
      for (const tracked of open.values()) {
        const end = tracked.look(mirror, view)
        if (!end) continue
        open.delete(tracked.key)
        view.remove(tracked)
        if (end instanceof CommandFailure) failures.push(end)
        else await tell(end, view, node)
      }
      if (open.size === 0) break
    }
    signal.throwIfAborted()
  } finally {
    view.close()
  }
  for (const failure of failures.slice(1)) output.error(`shoal: ${failure.message}`)
  if (failures[0]) throw failures[0]
}

/**
 * Reports a new torrent with its links to pass on: for browsers, the magnet link for BitTorrent
 * programs, and its content ID.
 */
async function tell(
  { text: done, event, made, sealedLink }: End,
  view: View,
  { api, address }: NodeClient,
): Promise<void> {
  const torrent = made ? await api.getTorrent({ id: made }) : null
  const isPaused = torrent?.state === 'complete'
  const text = isPaused
    ? texts.add.pausedShare({ text: done, shoal: SHOAL, id: torrent.id.slice(0, 8) })
    : done
  if (sealedLink !== null) {
    const link = absoluteLink(sealedLink, address.url)
    const audience = audienceOf(link)
    const note =
      audience === 'machine' ? texts.add.sealedHereOnly({ shoal: SHOAL }) : texts.add.linkFor[audience]
    return view.tell(`${texts.add.sealed({ text })}\n  ${link}\n${note}`, { ...event, link, audience })
  }
  if (!torrent) return view.tell(text, event)
  const { magnet, contentId } = torrent
  const link = absoluteLink(torrent.link, address.url)
  const links = [...(link === null ? [] : [link]), magnet, texts.add.contentId({ contentId })]
  const lines = [text, ...links.map(line => `  ${line}`)]
  const audience = linkAudience(torrent, address.url)
  if (audience !== null) lines.push(audienceText(audience))
  view.tell(lines.join('\n'), { ...event, link, audience, magnet, contentId })
}

interface End {
  readonly text: string
  /** The torrent that was created. */
  readonly made?: string | null
  /** The share link of a sealed share, whose magnet link does not open it. */
  readonly sealedLink: string | null
  readonly event: Record<string, unknown>
}

/** A torrent or job of the node, as an item of a view. */
class Tracked implements Item {
  readonly key: string
  readonly id: Readonly<Record<string, string>>
  readonly #kind: 'torrent' | 'job'
  #latest: Torrent | Job | null = null

  constructor(key: string, kind: 'torrent' | 'job') {
    this.key = key
    this.#kind = kind
    this.id = { [kind]: key }
  }

  get name(): string {
    return this.#latest?.name ?? this.key
  }

  snapshot(): Snapshot {
    return this.#latest ? toSnapshot(this.#latest) : EMPTY
  }

  /** The result; null while the work continues. */
  look({ torrents, jobs }: Mirror, view: View): End | CommandFailure | null {
    const isFirst = this.#latest === null
    const now = this.#kind === 'torrent' ? torrents.get(this.key) : jobs.get(this.key)
    if (!now)
      return isFirst && this.#kind === 'job'
        ? null
        : new CommandFailure('removed', texts.add.removed({ name: this.name }))
    this.#latest = now
    const end = 'kind' in now ? endOfJob(now) : endOfTorrent(now)
    if (!end && isFirst) view.add(this)
    return end
  }
}

function endOfTorrent(torrent: Torrent): End | CommandFailure | null {
  const { state, name, error, totalBytes, contentId } = torrent
  if (state === 'error')
    return new CommandFailure(
      error?.code ?? 'failed',
      texts.add.failed({ name, reason: error?.message ?? texts.add.stopped }),
    )
  if (state !== 'seeding' && state !== 'complete') return null
  const path = torrentPath(torrent)
  return {
    text: texts.add.complete({ path, size: formatBytes(totalBytes ?? 0) }),
    event: { event: 'complete', torrent: torrent.id, name, path, length: totalBytes, contentId },
    sealedLink: null,
  }
}

function endOfJob({ id, kind, state, name, error, torrent, path, link }: Job): End | CommandFailure | null {
  if (state === 'running' || state === 'waiting') return null
  if (state !== 'done')
    return new CommandFailure(
      error?.code ?? 'cancelled',
      texts.add.failed({ name, reason: error?.message ?? texts.add.cancelled }),
    )
  const { shared, jobComplete, moved, opened } = texts.add
  const done = { create: shared, download: jobComplete, move: moved, unseal: opened }[kind]
  return {
    text: done({ path: path ?? name }),
    event: { event: 'complete', job: id, kind, name, torrent, path },
    made: kind === 'create' ? torrent : null,
    sealedLink: link,
  }
}

const EMPTY: Snapshot = {
  state: 'queued',
  progress: 0,
  haveBytes: 0,
  wantedBytes: 0,
  downloadBytesPerSecond: 0,
  uploadBytesPerSecond: 0,
  etaSeconds: null,
  peers: 0,
  seeds: 0,
}

function toSnapshot(now: Torrent | Job): Snapshot {
  if (!('kind' in now)) {
    const { error, wantedBytes, ...rest } = now
    return { ...rest, wantedBytes: wantedBytes ?? 0, ...(error && { error: error.message }) }
  }
  const { kind, state, doneBytes, totalBytes, bytesPerSecond, error } = now
  const working = (
    { create: 'hashing', download: 'downloading', move: 'moving', unseal: 'hashing' } as const
  )[kind]
  return {
    ...EMPTY,
    state: state === 'waiting' ? 'queued' : state === 'running' ? working : error ? 'error' : 'complete',
    progress: totalBytes ? doneBytes / totalBytes : 0,
    haveBytes: doneBytes,
    wantedBytes: totalBytes ?? 0,
    downloadBytesPerSecond: bytesPerSecond,
    etaSeconds: totalBytes && bytesPerSecond > 0 ? (totalBytes - doneBytes) / bytesPerSecond : null,
    ...(error && { error: error.message }),
  }
}
