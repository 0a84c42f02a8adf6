/** Adds torrents: chooses the folder and the initial state, and adds nothing twice. */
import { resolve } from 'node:path'
import type { AddTorrent, Settings } from '@shoal/api'
import {
  type AddOptions,
  checkedTracker,
  checkedWebSeed,
  infoHashText,
  type SessionApi,
  type TorrentApi,
  type TorrentSource,
} from '@shoal/torrent'
import type { z } from 'zod'
import type { Folders } from '../../kernel/folders.ts'
import { checkEntries } from '../../kernel/name-field.ts'
import { type FacetInput, facetInput } from '../records/facets.ts'
import { keptSource } from '../records/kept-source.ts'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import type { TorrentRegistry } from '../records/torrent-registry.ts'
import type { TorrentRow } from '../records/torrent-row.ts'
import { changeAll } from './change.ts'
import type { Previews, Taken } from './previews.ts'

export interface AddInput extends Omit<z.output<typeof AddTorrent>, 'source' | 'torrent' | 'strict'> {
  /** Files whose names on disk differ from those in the torrent: see the engine's AddOptions. */
  readonly renamed?: AddOptions['renamed']
}

export interface AddingContext {
  readonly session: SessionApi
  readonly registry: TorrentRegistry
  readonly folders: Folders
  readonly previews: Previews
  settings(): Settings
  /** The folder of a label; null if it has none. */
  directoryOf(label: string): string | null
  /** Waits until a removed torrent is deleted. False if none is being deleted. */
  forgotten(torrent: ManagedTorrent): Promise<boolean>
  /** Deletes a removed torrent that could still be restored. */
  finishRemoval(torrent: ManagedTorrent): Promise<void>
  /**
   * Registers a torrent of the session and starts following it. `given`: its options for
   * capabilities. Does nothing if it throws.
   */
  adopt(api: TorrentApi, row: TorrentRow, given: FacetInput): ManagedTorrent
}

/** A torrent, and whether it is new. */
export interface AddedTorrent {
  readonly torrent: ManagedTorrent
  readonly added: boolean
}

export interface AddingTorrent extends AddedTorrent {
  /** Resolves when the change survives a power cut. Rejects if that is uncertain. */
  readonly recorded: Promise<void>
}

/**
 * Adds a torrent, or finds an existing one, which only receives new trackers, web seeds and peers.
 * A removed one is restored, unless it is to be stored in another folder or layout: then it is a
 * new torrent. Rejects like `Session.add`, with `forbidden-path`, and with `unsupported` for an
 * option of a capability that is not running.
 */
export async function addTorrent(
  source: TorrentSource,
  input: AddInput,
  context: AddingContext,
): Promise<AddingTorrent> {
  const { registry } = context
  registry.facets.check(input)
  const directory = await directoryFor(input, context)
  const isPaused = input.paused ?? context.settings().downloads.startPaused
  // Paused until its row is saved: the queue decides when it starts.
  const { source: best, ...link } = context.previews.take(source)
  const options = joined(link, engineOptions(input, context.settings()))
  const asked = { ...input, directory: input.directory === undefined ? undefined : directory }
  const api = await addToSession(best, { ...options, directory, paused: true }, asked, context)
  const existing = registry.findApi(api)
  if (existing) return { ...comeBack(existing, input, isPaused, context), recorded: Promise.resolve() }
  const row = {
    ...freshRow(api, context.registry, input.queue),
    label: input.label ?? null,
    tags: [...new Set(input.tags)],
    source: typeof source === 'string' ? keptSource(source) : null,
    paused: isPaused,
  }
  const { torrent, recorded } = await adoptNew(api, context, row, facetInput(input))
  if (input.priorities?.length) givePriorities(torrent, input.priorities)
  return { torrent, added: true, recorded }
}

/**
 * Resume data and row are one transaction: after a crash the torrent exists with all its options,
 * or not at all.
 */
async function adoptNew(
  api: TorrentApi,
  { adopt }: AddingContext,
  row: TorrentRow,
  given: FacetInput,
): Promise<Omit<AddingTorrent, 'added'>> {
  const recorded = api.recordAdded()
  try {
    return { torrent: adopt(api, row, given), recorded }
  } catch (error) {
    await Promise.allSettled([recorded, api.remove()])
    throw error
  }
}

/**
 * A torrent that a preview holds in memory or that is being deleted cannot be reused: it has to be
 * closed first.
 */
async function addToSession(
  source: TorrentSource,
  options: AddOptions,
  asked: Place,
  { session, registry, previews, forgotten, finishRemoval }: AddingContext,
): Promise<TorrentApi> {
  for (;;) {
    const api = await session.add(source, options)
    if (await previews.release(api)) continue
    const other = registry.findApi(api)
    if (other && other.row.removedMs !== null && isElsewhere(other, asked)) {
      await finishRemoval(other)
      continue
    }
    if (!other || other.api === api || !(await forgotten(other))) return api
  }
}

type Place = Pick<AddInput, 'directory' | 'layout' | 'renamed'>

/**
 * Returns whether the caller wants another place. Defaults of the settings do not count: no user
 * would expect them to delete the files.
 */
function isElsewhere({ api }: ManagedTorrent, { directory, layout = 'original', renamed }: Place): boolean {
  if (directory !== undefined && resolve(directory) !== resolve(api.directory)) return true
  if (layout !== 'original') return true
  return [...(renamed ?? [])].some(
    ([index, path]) => api.files[index]?.currentPath.join('/') !== path.join('/'),
  )
}

/** A removed torrent is restored with the new options; its files stay where they are. */
function comeBack(
  torrent: ManagedTorrent,
  input: AddInput,
  paused: boolean,
  { registry }: AddingContext,
): AddedTorrent {
  if (torrent.row.removedMs === null) return { torrent, added: false }
  const { label = null, tags = [] } = input
  const { sequential, superSeeding, firstLastFirst } = input
  const { downloadLimitBytesPerSecond, uploadLimitBytesPerSecond } = input
  const change = {
    ...{ label, tags: [...new Set(tags)], ...facetInput(input) },
    ...{ sequential, superSeeding, firstLastFirst },
    ...{ downloadLimitBytesPerSecond, uploadLimitBytesPerSecond },
  }
  changeAll([torrent], change, registry, { removedMs: null, deleteData: false, paused }, true)
  if (input.priorities?.length) givePriorities(torrent, input.priorities)
  return { torrent, added: true }
}

/** The row of a torrent without any known properties. */
export function freshRow(
  api: Pick<TorrentApi, 'infoHashes'>,
  registry: TorrentRegistry,
  queue: 'first' | 'last' = 'last',
): TorrentRow {
  const [first, last] = registry.queueEnds
  return {
    id: infoHashText(api.infoHashes),
    name: null,
    label: null,
    tags: [],
    source: null,
    addedMs: Date.now(),
    completedMs: null,
    activeMs: null,
    paused: false,
    forced: false,
    queueOrder: queue === 'first' ? first - 1 : last + 1,
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
  const { select, peers, trackers, webSeeds, sequential, superSeeding, firstLastFirst, trusted, renamed } =
    input
  const { downloadLimitBytesPerSecond: down, uploadLimitBytesPerSecond: up } = input
  return {
    ...(select && { select }),
    ...(peers && { peers }),
    ...(trackers && { trackers: checkEntries('trackers', trackers, checkedTracker) }),
    ...(webSeeds && { webSeeds: checkEntries('webSeeds', webSeeds, checkedWebSeed) }),
    ...(sequential !== undefined && { sequential }),
    ...(superSeeding !== undefined && { superSeeding }),
    ...(firstLastFirst !== undefined && { firstLastFirst }),
    ...(trusted !== undefined && { trusted }),
    ...(renamed && { renamed }),
    preallocate: downloads.preallocate,
    // Existing files are used where they are, unless the caller chose a layout.
    contentLayout: input.layout ?? (trusted || renamed ? 'original' : downloads.layout),
    // Omitted without limits: thousands of objects would cost memory.
    ...((down || up) && {
      limits: { ...(down && { downloadBytesPerSecond: down }), ...(up && { uploadBytesPerSecond: up }) },
    }),
  }
}

/** Merges the parameters of a link with the options, which take precedence. */
function joined(link: Omit<Taken, 'source'>, options: AddOptions): AddOptions {
  const all = (name: 'trackers' | 'webSeeds' | 'peers') => [...(link[name] ?? []), ...(options[name] ?? [])]
  return { ...link, ...options, trackers: all('trackers'), webSeeds: all('webSeeds'), peers: all('peers') }
}

/** Sets priorities as soon as the files are known. */
function givePriorities(
  { api }: ManagedTorrent,
  wanted: readonly { index: number; priority: number }[],
): void {
  const give = () => {
    const known = wanted.filter(({ index }) => index < api.files.length)
    return api.setPriorities(new Map(known.map(({ index, priority }) => [index, priority])))
  }
  // A torrent that is removed before its metadata arrives has no files to choose.
  api
    .whenMetadata()
    .then(give)
    .catch(() => {})
}
