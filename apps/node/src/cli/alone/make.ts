/** Adds files on disk to the session as torrents, hashing only what has not been hashed before. */
import { basename, join } from 'node:path'
import {
  type CreateOptions,
  checkFiles,
  createTorrent,
  filesWithoutLayer,
  infoHashText,
  type Metainfo,
  parseMetainfo,
  type SessionApi,
  type TorrentApi,
  writeMetainfo,
} from '@shoal/torrent'
import { stampOf } from '../../base/files/stamp.ts'
import { SHOAL } from '../../base/program.ts'
import { CommandFailure } from '../failure.ts'
import { formatPercent } from '../format.ts'
import { HashingItem } from '../terminal/hashing-item.ts'
import type { View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { contentFolder } from './content-folder.ts'
import type { Entry, FolderRecords } from './folder-records.ts'
import { readMetainfo } from './read-metainfo.ts'

export interface MakeContext {
  readonly session: SessionApi
  readonly records: FolderRecords
  /** The folder that contains it. */
  readonly directory: string
  readonly view: View
  readonly signal: AbortSignal
}

/** A shared torrent. */
export interface Made {
  readonly torrent: TorrentApi
  readonly entry: Entry
}

/**
 * Shares a file or folder by its name; `entries` are the folder's records of that name. Files that
 * have not changed since they were hashed with equivalent options are not read again. Rejects like
 * createTorrent.
 */
export async function make(
  name: string,
  options: CreateOptions,
  context: MakeContext,
  entries: readonly Entry[],
): Promise<Made> {
  const { records, directory, signal } = context
  const path = join(directory, name)
  const recipe = formatRecipe(options)
  const stamp = await stampOf(path, signal, options.filter)
  const known = entries.find(
    entry => entry.kind === 'made' && entry.name === name && entry.stamp === stamp && entry.recipe === recipe,
  )
  const kept = known && (await readKept(known, records))
  if (kept) {
    const { trackers = [], webSeeds = [] } = options
    return seedTrusted({ ...kept, trackers, webSeeds }, known, context)
  }
  const metainfo = await hashing(path, context, onProgress =>
    createTorrent(path, options, { signal, onProgress }),
  )
  return keep(metainfo, { name, stamp, recipe }, context)
}

/** Shares the files that a .torrent describes. Rejects with a Failure unless they are complete. */
export async function seedGiven(
  file: string,
  path: string,
  more: { trackers: readonly string[]; webSeeds: readonly string[] },
  context: Omit<MakeContext, 'directory' | 'records'> & { open(directory: string): Promise<FolderRecords> },
): Promise<Made> {
  const { signal } = context
  const given = await readMetainfo(file, { signal })
  const directory = await contentFolder(path, given)
  const records = await context.open(directory)
  const metainfo = withLinks(given, more)
  const { name, infoHashes } = metainfo.info
  const stamp = await stampOf(join(directory, name), signal)
  const known = await records.find(infoHashText(infoHashes))
  if (known?.kind === 'made' && known.stamp === stamp)
    return seedTrusted(metainfo, known, { ...context, directory, records })
  const checked = await hashing(join(directory, name), context, onProgress =>
    checkFiles(metainfo, directory, { signal, onProgress }),
  )
  if (!checked.complete)
    throw new CommandFailure(
      'not-found',
      texts.share.partOfTorrent({
        progress: formatPercent(checked.haveBytes / metainfo.info.lengthBytes),
        name,
        directory,
        shoal: SHOAL,
      }),
    )
  return keep(metainfo, { name, stamp, recipe: 'given' }, { ...context, directory, records })
}

/**
 * Returns the options that affect the info dictionary. Others, such as trackers, can change without
 * hashing again.
 */
export function formatRecipe({
  version,
  private: isPrivate,
  source,
  pieceLengthBytes,
  symlinks,
  comment,
}: CreateOptions): string {
  return JSON.stringify({ version, isPrivate, source, pieceLengthBytes, symlinks, comment })
}

async function keep(
  metainfo: Metainfo,
  { name, stamp, recipe }: { name: string; stamp: string | null; recipe: string },
  context: MakeContext,
): Promise<Made> {
  const { records } = context
  const infoHash = infoHashText(metainfo.info.infoHashes)
  const entry: Entry = { infoHash, name, kind: 'made', ...(stamp !== null && { stamp }), recipe }
  // The .torrent comes first, because an entry without one is useless.
  await records.writeTorrent(infoHash, writeMetainfo(metainfo))
  records.save(entry)
  return seedTrusted(metainfo, entry, context)
}

async function seedTrusted(
  metainfo: Metainfo,
  entry: Entry,
  { session, directory }: MakeContext,
): Promise<Made> {
  return { torrent: await session.add(metainfo, { directory, trusted: true }), entry }
}

async function readKept({ infoHash }: Entry, records: FolderRecords): Promise<Metainfo | null> {
  const bytes = await records.readTorrent(infoHash)
  try {
    const metainfo = bytes && parseMetainfo(bytes)
    const isWhole = metainfo && filesWithoutLayer(metainfo.info, metainfo.pieceLayers).length === 0
    return isWhole && infoHashText(metainfo.info.infoHashes) === infoHash ? metainfo : null
  } catch {
    // The file is damaged, so the torrent is created again.
    return null
  }
}

function withLinks(
  metainfo: Metainfo,
  { trackers, webSeeds }: { trackers: readonly string[]; webSeeds: readonly string[] },
): Metainfo {
  return {
    ...metainfo,
    trackers: [...metainfo.trackers, ...trackers.map(url => [url])],
    webSeeds: [...new Set([...metainfo.webSeeds, ...webSeeds])],
  }
}

async function hashing<T>(
  path: string,
  { view }: Pick<MakeContext, 'view'>,
  work: (onProgress: HashingItem['onProgress']) => Promise<T>,
): Promise<T> {
  const item = new HashingItem(path, basename(path))
  view.add(item)
  try {
    return await work(item.onProgress)
  } finally {
    view.remove(item)
  }
}
