/** Adding torrents: where they go, how they begin, and that nothing is added twice. */
import type { AddTorrent, Settings } from '@shoal/api'
import {
  type AddOptions,
  infoHashText,
  type Metainfo,
  parseMagnet,
  parseMetainfo,
  type SessionApi,
  type TorrentApi,
  type TorrentSource,
} from '@shoal/torrent'
import type { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import type { Folders } from '../daemon/folders.ts'
import type { ManagedTorrent } from './managed-torrent.ts'
import type { Previews } from './previews.ts'
import type { TorrentBook } from './torrent-book.ts'
import type { TorrentRow } from './torrent-row.ts'

export type AddInput = Omit<z.output<typeof AddTorrent>, 'source' | 'torrent'>

export interface AddingContext {
  readonly session: SessionApi
  readonly book: TorrentBook
  readonly folders: Folders
  readonly previews: Previews
  settings(): Settings
  /** The folder of a label; null when it has none. */
  directoryOf(label: string): string | null
  /** Takes a torrent of the session in, with all that follows it from then on. */
  adopt(api: TorrentApi, row: TorrentRow): ManagedTorrent
}

/** A torrent, and whether it is new. */
export interface AddedTorrent {
  readonly torrent: ManagedTorrent
  readonly added: boolean
}

/**
 * Adds a torrent, or finds the one that is there already: then only trackers, web seeds and peers that are new are taken over. One that was
 * removed comes back. Rejects as `Session.add` does, and with `forbidden-path`.
 */
export async function addTorrent(
  source: TorrentSource,
  input: AddInput,
  context: AddingContext,
  shownSource: string | null = typeof source === 'string' ? withoutPassword(source) : null,
): Promise<AddedTorrent> {
  const { session, book } = context
  const directory = await directoryFor(input, context)
  const { source: best, seen } = await context.previews.take(source)
  const known = seen && book.find(seen)
  const isPaused = input.paused ?? context.settings().downloads.startPaused
  // Paused until its row is kept: the queue decides when it begins.
  const api = await session.add(best, {
    ...engineOptions(input, context.settings()),
    directory,
    paused: true,
  })
  const existing = known || book.findApi(api)
  if (existing) return comeBack(existing, input, isPaused, context)
  const torrent = context.adopt(api, {
    ...freshRow(api, context.book, input.queue),
    label: input.label ?? null,
    tags: [...new Set(input.tags)],
    source: shownSource,
    paused: isPaused,
    ratioLimit: input.ratioLimit ?? null,
    seedingTimeLimitMinutes: input.seedingTimeLimitMinutes ?? null,
  })
  if (input.priorities?.length) givePriorities(torrent, input.priorities)
  return { torrent, added: true }
}

/** One that was removed comes back as it is added now; its files stay where they are. */
function comeBack(
  torrent: ManagedTorrent,
  input: AddInput,
  paused: boolean,
  { book }: AddingContext,
): AddedTorrent {
  const { label = null, tags = [], ratioLimit = null, seedingTimeLimitMinutes = null } = input
  if (torrent.row.removedMs === null) return { torrent, added: false }
  book.change(torrent, {
    removedMs: null,
    deleteData: false,
    paused,
    label,
    tags: [...new Set(tags)],
    ratioLimit,
    seedingTimeLimitMinutes,
  })
  if (input.priorities?.length) givePriorities(torrent, input.priorities)
  return { torrent, added: true }
}

/** A row as a torrent has it that nothing is known of. */
export function freshRow(
  api: Pick<TorrentApi, 'infoHashes'>,
  book: TorrentBook,
  queue: 'first' | 'last' = 'last',
): TorrentRow {
  const orders = [...book.listed()].map(({ row }) => row.queueOrder)
  return {
    id: infoHashText(api.infoHashes),
    name: null,
    label: null,
    tags: [],
    source: null,
    addedMs: Date.now(),
    completedMs: null,
    completionSettled: false,
    activeMs: null,
    paused: false,
    forced: false,
    queueOrder: queue === 'first' ? Math.min(1, ...orders) - 1 : Math.max(0, ...orders) + 1,
    ratioLimit: null,
    seedingTimeLimitMinutes: null,
    downloadingSeconds: 0,
    seedingSeconds: 0,
    removedMs: null,
    deleteData: false,
  }
}

async function directoryFor(
  { directory, label }: AddInput,
  { folders, directoryOf, settings }: AddingContext,
): Promise<string> {
  if (directory !== undefined) return folders.allow(directory)
  return (label && directoryOf(label)) || settings().downloads.directory
}

function engineOptions(input: AddInput, { downloads }: Settings): AddOptions {
  const { select, peers, trackers, webSeeds, sequential, trusted } = input
  return {
    ...(select && { select }),
    ...(peers && { peers }),
    ...(trackers && { trackers }),
    ...(webSeeds && { webSeeds }),
    ...(sequential !== undefined && { sequential }),
    ...(trusted !== undefined && { trusted }),
    preallocate: downloads.preallocate,
    limits: {
      ...(input.downloadLimitBytesPerSecond && { downloadBytesPerSecond: input.downloadLimitBytesPerSecond }),
      ...(input.uploadLimitBytesPerSecond && { uploadBytesPerSecond: input.uploadLimitBytesPerSecond }),
    },
  }
}

/** As soon as the files are known. */
function givePriorities(
  { api }: ManagedTorrent,
  wanted: readonly { index: number; priority: number }[],
): void {
  const give = () => {
    const known = wanted.filter(({ index }) => index < api.files.length)
    return api.setPriorities(new Map(known.map(({ index, priority }) => [index, priority])))
  }
  // A torrent that is removed before anything is known of it has no files to choose.
  api
    .whenMetadata()
    .then(give)
    .catch(() => {})
}

/** Content of a .torrent, from base64. Throws `bad-torrent`. */
export function metainfoOf(base64: string): Metainfo {
  return parseMetainfo(Buffer.from(base64, 'base64'))
}

/** A link as it may be shown and kept: without user name and password. */
export function withoutPassword(source: string): string {
  if (!/^[a-z]+:\/\//i.test(source)) return source
  try {
    const url = new URL(source)
    url.username = ''
    url.password = ''
    return url.href
  } catch {
    return source
  }
}

/** The info hash that a link or info hash names, without asking anybody. Null for what has to be read first. */
export function namedHash(source: TorrentSource): string | null {
  try {
    if (source instanceof Uint8Array) return infoHashText(parseMetainfo(source).info.infoHashes)
    if (typeof source === 'object') return infoHashText(source.info.infoHashes)
    return source.startsWith('magnet:') ? infoHashText(parseMagnet(source).infoHashes) : null
  } catch {
    // What is wrong with it is told by the session, which says it better.
    return null
  }
}

/** Throws unless just one of the two ways to name a torrent was used. */
export function sourceOf({
  source,
  torrent,
}: {
  source?: string | undefined
  torrent?: string | undefined
}): TorrentSource {
  if ((source === undefined) === (torrent === undefined))
    throw new Failure(
      'bad-request',
      'give either source (a link or path) or torrent (the content of a .torrent)',
      {
        field: 'source',
      },
    )
  return source ?? metainfoOf(torrent!)
}
