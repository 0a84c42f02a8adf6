import { createHashPool } from '#hash-pool'
import { walk } from '#walk'
import { hex } from '../base/bytes.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { buildInfo, choosePieceLength, planFiles } from '../metainfo/info-builder.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import { MAX_PIECE_BYTES, MAX_PIECES } from '../metainfo/limits.ts'
import { merkleRoot, pieceLevel } from '../metainfo/merkle.ts'
import { BLOCK_BYTES, type FileEntry, type Metainfo, type TorrentVersion } from '../metainfo/metainfo.ts'
import { parseInfo } from '../metainfo/parse-info.ts'
import { type CreateSource, fileListSource } from './create-source.ts'
import type { HashOptions, HashPool, PieceDigests } from './hash-pool.ts'
import type { FolderFilter, SymlinkPolicy } from './walk.ts'

export interface CreateOptions {
  /** Name of the file or folder in the torrent. Default: its name on disk. */
  readonly name?: string
  /** Default hybrid, which every client can join through either info hash. */
  readonly version?: TorrentVersion
  /**
   * For v2 and hybrid a power of two of at least 16 KiB. Default: by size (see choosePieceLength).
   */
  readonly pieceLengthBytes?: number
  /** Tracker URLs in tiers (BEP 12). */
  readonly trackers?: readonly (readonly string[])[]
  /** BEP 19. */
  readonly webSeeds?: readonly string[]
  /** DHT nodes (BEP 5). */
  readonly nodes?: Metainfo['nodes']
  /** Whether peers may come only from the torrent's own trackers (BEP 27). */
  readonly private?: boolean
  /** Text that changes the info hash, as private trackers require. */
  readonly source?: string
  readonly comment?: string
  readonly createdBy?: string
  /** Seconds since the Unix epoch; null for none. Default: now. */
  readonly creationDate?: number | null
  /**
   * Symbolic links below the folder: reject them, or keep those that point inside the folder (BEP
   * 47). Default refuse.
   */
  readonly symlinks?: SymlinkPolicy
  /** Leaves out files and folders below the folder. Default: everything belongs to the torrent. */
  readonly filter?: FolderFilter
}

export interface CreateContext extends HashOptions {
  /** Default: a pool created for this call. */
  readonly pool?: HashPool
  readonly clock?: Clock
}

/**
 * Creates a torrent from the file or folder at `path`. Rejects with a ShoalError: `not-found`,
 * `no-permission`, `io` (also if a file changes while it is read), `bad-argument` for content that
 * cannot be shared and for options that exclude each other, `bad-torrent` for names that no torrent
 * may have; or with the signal's reason.
 */
export async function createTorrent(
  path: string,
  options: CreateOptions = {},
  context: CreateContext = {},
): Promise<Metainfo> {
  const { signal } = context
  const found = await walk(path, {
    symlinks: options.symlinks ?? 'refuse',
    filter: options.filter,
    signal,
  })
  const sources = found.files.map(file =>
    found.singleFile && options.name ? { ...file, path: [options.name] } : file,
  )
  const shape = { name: options.name ?? found.name, singleFile: found.singleFile }
  const metainfo = await create(sources, { ...options, ...shape }, context)
  await found.assertUnchanged({ signal })
  return metainfo
}

export interface CreateFromOptions extends Omit<CreateOptions, 'symlinks' | 'filter'> {
  /** Name of the file or folder in the torrent. */
  readonly name: string
  /**
   * Whether the torrent is the only file in the list rather than a folder. Default: true if that
   * file's path equals the name.
   */
  readonly singleFile?: boolean
}

/**
 * Creates a torrent from a list of files, for example those the user chose in a page (see
 * `blobSource`). Their order does not matter. Rejects like createTorrent.
 */
export async function createTorrentFrom(
  sources: readonly CreateSource[],
  options: CreateFromOptions,
  context: CreateContext = {},
): Promise<Metainfo> {
  const [first] = sources
  const alone = sources.length === 1 && first!.path.length === 1 && first!.path[0] === options.name
  return create(sources, { singleFile: alone, ...options }, context)
}

async function create(
  sources: readonly CreateSource[],
  options: CreateFromOptions & { singleFile: boolean },
  { pool, clock = systemClock, ...hashing }: CreateContext,
): Promise<Metainfo> {
  const { name, singleFile, version = 'hybrid' } = options
  const totalBytes = sources.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  // Most clients refuse to load such a torrent.
  if (totalBytes === 0)
    throw new ShoalError('bad-argument', `${name} is empty. Choose a file or folder with content.`)
  const pieceLengthBytes = options.pieceLengthBytes ?? choosePieceLength(totalBytes)
  checkOptions(options, pieceLengthBytes, totalBytes)
  const planned = planFiles({ name, version, pieceLengthBytes, singleFile, files: sources })
  const layout = new PieceLayout({ files: planned, pieceLengthBytes, version })
  const ownPool = pool ?? createHashPool({ clock })
  try {
    const source = fileListSource(sources, layout, singleFile)
    const digests = await ownPool.hash({ layout, version, source }, hashing)
    if (!digests.present.isFull) throw changed(layout, digests)
    const { files, pieceLayers } = withRoots(layout, digests)
    const info = parseInfo(
      buildInfo({
        name,
        version,
        pieceLengthBytes,
        singleFile,
        files,
        ...(digests.sha1 && { pieceHashes: digests.sha1 }),
        ...(options.private && { private: true }),
        ...(options.source !== undefined && { source: options.source }),
      }),
    )
    return { info, pieceLayers, ...describe(options, clock) }
  } finally {
    if (!pool) await ownPool.close()
  }
}

/**
 * Rejects options that would otherwise fail only after hashing, or in other clients. planFiles
 * checks the v2 rules.
 */
function checkOptions(options: CreateFromOptions, pieceLengthBytes: number, totalBytes: number): void {
  const wholeBlocks = Number.isInteger(pieceLengthBytes / BLOCK_BYTES) && pieceLengthBytes > 0
  if (!wholeBlocks || pieceLengthBytes > MAX_PIECE_BYTES || totalBytes / pieceLengthBytes > MAX_PIECES)
    throw new ShoalError(
      'bad-argument',
      `A piece length of ${pieceLengthBytes} bytes does not fit ${totalBytes} bytes of content. Use a power of two such as ${choosePieceLength(totalBytes)}.`,
    )
  for (const [at, url] of (options.trackers?.flat() ?? []).entries())
    if (!/^(https?|udp|wss?):\/\/./i.test(url) || !URL.canParse(url))
      throw new ShoalError(
        'bad-argument',
        `tracker ${at + 1}: ${url.slice(0, 100)} is not a tracker URL. It must begin with udp://, http://, https://, ws:// or wss://.`,
      )
  for (const [at, url] of (options.webSeeds ?? []).entries())
    if (!/^(https?|ftp):\/\/./i.test(url) || !URL.canParse(url))
      throw new ShoalError(
        'bad-argument',
        `web seed ${at + 1}: ${url.slice(0, 100)} is not a web seed URL. It must begin with http://, https:// or ftp://.`,
      )
}

/** The parts of a Metainfo that do not depend on the content. */
function describe(options: CreateFromOptions, clock: Clock): Omit<Metainfo, 'info' | 'pieceLayers'> {
  const { trackers = [], webSeeds = [], nodes = [], comment, createdBy } = options
  const creationDate =
    options.creationDate === undefined ? Math.floor(clock.unixMs() / 1000) : options.creationDate
  return {
    trackers,
    webSeeds,
    nodes,
    ...(comment !== undefined && { comment }),
    ...(createdBy !== undefined && { createdBy }),
    ...(creationDate !== null && { creationDate }),
  }
}

/** Adds merkle roots to the files and collects the piece layers (BEP 52). */
function withRoots(layout: PieceLayout, { roots }: PieceDigests) {
  const pieceLayers = new Map<string, Uint8Array>()
  if (!roots) return { files: layout.files, pieceLayers }
  const level = pieceLevel(layout.pieceLengthBytes)
  const files = layout.files.map((file, index): FileEntry => {
    if (file.pad || file.lengthBytes === 0) return file
    const { first, end } = layout.piecesOf(index)
    const layer = roots.slice(first * 32, end * 32)
    if (end - first === 1) return { ...file, piecesRoot: layer }
    const piecesRoot = merkleRoot(layer, { level })
    pieceLayers.set(hex(piecesRoot), layer)
    return { ...file, piecesRoot }
  })
  return { files, pieceLayers }
}

function changed(layout: PieceLayout, { present }: PieceDigests): ShoalError {
  let piece = 0
  while (present.has(piece)) piece++
  const file = layout.spans(layout.pieceOffset(piece), layout.dataSize(piece))[0]
  const path = file ? layout.files[file.file]!.path.join('/') : 'a file'
  return new ShoalError(
    'io',
    `${path} was truncated or removed while it was being read. Try again when nothing writes to it.`,
  )
}
