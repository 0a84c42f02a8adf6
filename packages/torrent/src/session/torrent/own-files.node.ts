/**
 * Keeps a torrent from changing files on disk that are not its own. See `OwnFiles` in storage.ts.
 */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { Bitfield } from '../../base/bitfield.ts'
import { ShoalError } from '../../base/errors.ts'
import type { HashPool } from '../../hash/hash-pool.ts'
import { recheck } from '../../hash/recheck.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { addNumber } from '../../metainfo/safe-names.ts'
import { ignoresCase, seemsToIgnoreCase } from '../../storage/disk/ignores-case.node.ts'
import { ForeignFile } from '../../storage/disk/own-files.node.ts'
import { absentPieces } from '../../storage/record/plan-start.ts'
import { type FileStamp, isSameStamp, type OwnFiles } from '../../storage/storage.ts'
import type { Content } from './content.ts'
import type { Claims, FilesContext, Found, KnownProgress } from './file-claims.ts'
import { relativePaths } from './paths-in-use.node.ts'
import type { TorrentData } from './torrent-data.ts'

export { PathsInUse } from './paths-in-use.node.ts'

const CHUNK_BYTES = 1024 * 1024
/**
 * Number of pieces that are hashed at a time to recognize a file: usually the first one is
 * correct.
 */
const PIECES_AT_ONCE = 8

type Paths = ReadonlyMap<number, readonly string[]>

/** Torrents whose names were chosen, even if none had to change. */
const named = new WeakSet<Content>()

/** The torrent begins to access the disk: its paths are claimed from now on. */
export function claimPaths({ data, paths }: FilesContext): void {
  named.add(data.content!)
  paths.claim(data)
}

/**
 * Files whose names differ in case or Unicode form only are stored under numbered names, since some
 * file systems cannot keep both. A torrent that looks at the disk for the first time gives them
 * their own names where the file system can. Returns null if there are no such files.
 */
export function chooseNames({ data }: FilesContext, content: Content): Promise<Paths> | null {
  if (!isUnnamed(data, content)) return null
  const [numbered, exact] = [relativePaths(data), relativePaths(data, { isExact: true })]
  const names = new Map<number, string[]>()
  for (const [file, path] of exact.entries()) if (path !== numbered[file]) names.set(file, path.split('/'))
  return names.size === 0 ? null : useExact(data.directory, content, names)
}

/** Whether a torrent has never accessed the disk. */
function isUnnamed(data: TorrentData, content: Content): boolean {
  return content.storage.own !== undefined && !content.isChecked && !data.place.progress?.had
}

async function useExact(
  directory: string,
  { storage }: Content,
  names: Map<number, string[]>,
): Promise<Paths> {
  if (await ignoresCase(directory)) return new Map()
  await storage.rename(names)
  return names
}

/** The paths of the files have changed. */
export function claimMoved({ data, paths }: FilesContext): void {
  paths.moved(data)
}

/**
 * Judges the files that a check found, whose result is in `content.have`: those that are the
 * torrent's own may be changed from here on; in place of those that are not, others are stored
 * under other names. A file of an earlier run may have such a name: it is used, and its pieces are
 * set in `content.have`. Resolves to the stamps of the files that are used now.
 */
export async function judgeFiles(
  context: FilesContext,
  content: Content,
  found: Found,
  signal: AbortSignal,
): Promise<readonly FileStamp[]> {
  const { layout, storage, have } = content
  if (!storage.own || !storage.avoid) return found.stamps
  const { data, paths, pool } = context
  const { renamed } = data
  const stamps = [...found.stamps]
  for (let number = 1; ; number++) {
    const foreign = await foreignFiles({ data, paths, ...found, content, stamps })
    if (foreign.length === 0) break
    signal.throwIfAborted()
    const pathOf = (file: number) => renamed?.get(file) ?? layout.files[file]!.path
    const names = new Map(foreign.map(file => [file, numbered(pathOf(file), number)]))
    for (const [file, path] of await storage.avoid(names)) found.avoided.set(file, path)
    const now = await storage.stamps({ signal })
    for (const file of foreign) stamps[file] = now[file]!
    const pieces = piecesOfFiles(layout, foreign)
    const right = await recheck({ ...content.recheckJob, pool, pieces }, { signal })
    for (const piece of pieces)
      if (right.has(piece)) have.set(piece)
      else have.clear(piece)
  }
  await storage.recognizeLinks?.()
  return stamps
}

/**
 * If a user claims that a torrent is complete, its files are its own as soon as a piece of each
 * has been verified, before it is changed.
 */
export function trustFiles({ storage }: Content, stamps: readonly FileStamp[]): Promise<void> | undefined {
  for (const [file, stamp] of stamps.entries()) if (isThere(stamp)) storage.own?.believe(file)
  return storage.recognizeLinks?.()
}

/**
 * Recognizes the torrent's own files before they are removed, moved or renamed. Of one that was not
 * checked since an earlier run these are the files that are as they were recorded, and those that
 * still have a right piece; of any other, files that were changed or replaced meanwhile are its own
 * if they still have a right piece. A torrent that never looked at the disk has none.
 */
export async function recognizeFiles({ data, pool }: FilesContext, content: Content): Promise<void> {
  const { layout, storage, isChecked } = content
  const { own } = storage
  const { progress, trusted } = data.place
  const recorded = isChecked ? null : progress
  const had = (recorded?.had && Bitfield.from(recorded.had, layout.pieceCount)) ?? content.have
  if (!own || !(isChecked || had.count > 0 || trusted)) return
  for (const [file, stamp] of (await chosenStamps(content)).entries()) {
    if (!isThere(stamp) || own.has(file) || !(recorded || trusted || own.isDoubted(file))) continue
    const pieces = piecesOf(layout, file)
    if (isSame(recorded?.stamps[file], stamp)) own.add(file)
    else if (
      await hasRightPiece(content, pool, had.count > 0 ? pieces.filter(piece => had.has(piece)) : pieces)
    ) {
      own.add(file)
      storage.changes?.recognized(file, stamp)
    }
  }
  await storage.recognizeLinks?.()
}

/** Whether one of the pieces is correct. Reads no more than necessary. */
async function hasRightPiece(content: Content, pool: HashPool, pieces: readonly number[]): Promise<boolean> {
  for (let at = 0; at < pieces.length; at += PIECES_AT_ONCE) {
    const some = pieces.slice(at, at + PIECES_AT_ONCE)
    const right = await recheck({ ...content.recheckJob, pool, pieces: some })
    if (some.some(piece => right.has(piece))) return true
  }
  return false
}

/**
 * Checks whether the recorded files of a torrent that does not run are present. Rejects like
 * `mustBePresent`, or with the error of storage. Changes nothing.
 */
export async function glanceAtFiles({ data }: FilesContext): Promise<void> {
  const { content, place } = data
  if (!content?.storage.own || !place.progress?.had) return
  await mustBePresent(content, place.progress, await chosenStamps(content))
}

/** The last list, since callers that need the path of one file usually need those of all. */
let last: {
  readonly content: Content
  readonly directory: string
  readonly renamed: TorrentData['renamed']
  readonly isNamed: boolean
  readonly paths: readonly string[]
} | null = null

/**
 * The paths of all files below the download folder, with `/`; empty for pads. Null if they are not
 * stored on disk. As long as `chooseNames` is still to come, these are the ones that it will likely
 * choose, since others may put the files there.
 */
export function storedPaths(data: TorrentData, content: Content): readonly string[] | null {
  if (!content.storage.own) return null
  const { renamed, directory } = data
  const isNamed = named.has(content) || !isUnnamed(data, content)
  if (
    last?.content !== content ||
    last.renamed !== renamed ||
    last.directory !== directory ||
    last.isNamed !== isNamed
  )
    last = { content, directory, renamed, isNamed, paths: pathsToShow(data, content, isNamed) }
  return last.paths
}

function pathsToShow({ renamed, directory }: TorrentData, content: Content, isNamed: boolean): string[] {
  const numbered = relativePaths({ content, renamed })
  if (isNamed) return numbered
  const exact = relativePaths({ content, renamed }, { isExact: true })
  return exact.some((path, file) => path !== numbered[file]) && !seemsToIgnoreCase(directory)
    ? exact
    : numbered
}

/**
 * The stamps of the files on disk, by index among all: null for those that are not the torrent's
 * own.
 */
export async function ownStamps(
  context: FilesContext,
  content: Content,
): Promise<readonly (FileStamp | null)[]> {
  const { own } = content.storage
  await recognizeFiles(context, content)
  const stamps = await content.storage.stamps()
  return stamps.map((stamp, file) => (isThere(stamp) && own?.has(file) ? stamp : null))
}

/** Without the selection, storage would move bytes of unwanted files to their paths. */
async function chosenStamps({ selection, storage }: Content): Promise<FileStamp[]> {
  if (!selection.isDefault) await storage.setWanted(selection.wanted(), { createsEmpty: false })
  return storage.stamps()
}

/** Whether a file must stay on disk because another torrent uses it too. */
export function keptFiles({ data, paths }: FilesContext): (file: number) => boolean {
  let used: Set<number> | null = null
  return file => {
    used ??= paths.ofOthers(data)
    return used.has(file)
  }
}

/**
 * Throws `in-use` if another torrent of the session uses files that are to be moved or renamed, or
 * their new paths, `renamed` below `directory`. A torrent that never accessed the disk has no files
 * there yet.
 */
export function mustBeFree(
  { data, paths }: FilesContext,
  { directory, renamed }: { readonly directory: string; readonly renamed: Paths },
): void {
  if (!paths.has(data)) return
  const isMove = directory !== data.directory
  const shared = paths.ofOthers(data)
  const own = data.content!.storage.own
  const moved = isMove ? [...shared] : [...renamed.keys()].filter(file => shared.has(file))
  const after = relativePaths(data, { others: renamed })
  const targets = isMove ? after : [...renamed.keys()].map(file => after[file]!)
  const used = paths.used({ directory, paths: targets, except: data })
  const taken = after.find((path, file) => used.has(path) && (isMove || renamed.has(file)))
  if (taken !== undefined)
    throw new ShoalError('in-use', `another torrent has a file ${taken} there: choose another folder or name`)
  const both = moved.find(file => own?.has(file))
  if (both !== undefined)
    throw new ShoalError(
      'in-use',
      `another torrent has the file ${relativePaths(data)[both]} too: remove one of them, keeping its files, first`,
    )
}

/**
 * If storage refused to write because a file belongs to someone else, chooses another path for it.
 * Resolves to the paths of such files. Returns null for any other error.
 */
export function makeWay({ data, paths }: FilesContext, error: unknown): Promise<Paths> | null {
  const { content } = data
  if (!(error instanceof ForeignFile) || !content?.storage.avoid) return null
  return avoidFile({ data, paths }, content, error.file)
}

async function avoidFile(
  { data, paths }: Pick<FilesContext, 'data' | 'paths'>,
  { layout, storage }: Content,
  file: number,
): Promise<Paths> {
  const { directory } = data
  const path = data.renamed?.get(file) ?? layout.files[file]!.path
  for (let number = 1; ; number++) {
    const renamed = new Map([[file, numbered(path, number)]])
    const next = relativePaths(data, { others: renamed })[file]!
    if (paths.used({ directory, paths: [next], except: data }).has(next)) continue
    if (await lstat(join(directory, next)).catch(() => null)) continue
    const avoided = await storage.avoid!(renamed)
    if (avoided.size > 0) return avoided
  }
}

/**
 * Rejects with `not-found` if files of an earlier run are missing or truncated, or are links now:
 * their drive may be disconnected. The user decides.
 */
export async function mustBePresent(
  content: Content,
  known: KnownProgress | null,
  stamps: readonly FileStamp[],
): Promise<void> {
  const { layout } = content
  const had = known?.had ? Bitfield.from(known.had, layout.pieceCount) : null
  if (!had || !content.storage.own) return
  const absent = absentPieces(stamps, layout)
  for (let piece = 0; piece < layout.pieceCount; piece++)
    if (had.has(piece) && absent.has(piece) && layout.dataSize(piece) > 0)
      throw await missingFiles(content, stamps)
  const isGone = (file: number) => (known?.stamps[file]?.size ?? -1) >= 0 && stamps[file]!.size < 0
  if (layout.files.some(({ lengthBytes }, file) => lengthBytes === 0 && isGone(file)))
    throw await missingFiles(content, stamps)
}

/** The error that stops a torrent whose files are missing. */
export async function missingFiles(content: Content, stamps: readonly FileStamp[]): Promise<ShoalError> {
  const { layout, selection, storage, metainfo } = content
  const gone = layout.files.findIndex(
    ({ pad, symlink, lengthBytes }, file) =>
      !pad &&
      !symlink &&
      selection.priorityOf(file) > 0 &&
      (stamps[file]!.size < 0 || stamps[file]!.size < lengthBytes),
  )
  const path = gone < 0 ? null : storage.pathOf(gone)
  const stat = path === null ? null : await lstat(path).catch(() => null)
  const then = 'then resume, which downloads whatever is still missing'
  if (stat && !stat.isFile())
    return new ShoalError(
      'not-found',
      `${path} is ${stat.isSymbolicLink() ? 'a symbolic link, which is not followed,' : 'no longer a file'} in place of a file of ${metainfo.info.name}: replace it with the file itself, then resume`,
    )
  const first = path === null ? '' : `. The first one is ${path}`
  return new ShoalError(
    'not-found',
    `files of ${metainfo.info.name} were deleted or truncated: put them back, ${then}${first}`,
  )
}

function numbered(path: readonly string[], number: number): string[] {
  return [...path.slice(0, -1), addNumber(path.at(-1)!, number)]
}

interface Judged extends Pick<FilesContext, 'data' | 'paths'>, Found {
  readonly content: Content
}

/**
 * Records which files are the torrent's own: those with a correct piece, and those that have not
 * changed since the torrent wrote them. Returns the files, by index among all, that belong to
 * others.
 */
async function foreignFiles({ data, paths, content, stamps, known, avoided }: Judged): Promise<number[]> {
  const { layout, have, storage } = content
  const own = storage.own!
  const others = othersFiles(data, paths, avoided)
  const foreign: number[] = []
  for (const [file, { pad, symlink, lengthBytes }] of layout.files.entries()) {
    const stamp = stamps[file]!
    if (pad || symlink || stamp.isApart) continue
    const isUsed = others.has(file)
    const isLeft = !storage.changes?.files.has(file) && (own.has(file) || isSame(known?.stamps[file], stamp))
    if (!isThere(stamp)) {
      own.delete(file)
      if (isUsed && content.selection.priorityOf(file) > 0) foreign.push(file)
    } else if (isLeft || isRight(layout, have, file, isUsed)) own.add(file)
    else if (isUsed) foreign.push(file)
    else {
      const wasOwn = own.has(file) || own.isDoubted(file) || (known?.stamps[file]?.size ?? -1) >= 0
      const offer = await offerOf(content, file, stamp, stamps)
      own.delete(file)
      if (offer) own.offer(file, stamp, offer)
      // The user may restore a file that was replaced: another one is written only when a piece
      // arrives.
      else if (lengthBytes > 0 && !wasOwn) foreign.push(file)
    }
  }
  return foreign
}

const NONE: ReadonlySet<number> = new Set()

/** Files of torrents with an earlier claim, by their paths with the names chosen so far. */
function othersFiles(data: TorrentData, paths: Claims, avoided: Paths): ReadonlySet<number> {
  if (avoided.size === 0 && paths.isAlone(data)) return NONE
  const now = relativePaths(data, { others: avoided })
  const used = paths.used({ directory: data.directory, paths: now, except: data, isEarlier: true })
  return new Set([...now.keys()].filter(file => used.has(now[file]!)))
}

/** Whether a file has a correct piece or, if all must be, only correct ones. */
function isRight(layout: PieceLayout, have: Bitfield, file: number, all: boolean): boolean {
  const { first, end } = layout.piecesOf(file)
  for (let piece = first; piece < end; piece++) if (have.has(piece) !== all) return !all
  return all && end > first
}

/**
 * Returns why a file without a correct piece may be written to; null if that could destroy someone
 * else's data.
 */
async function offerOf(
  content: Content,
  file: number,
  { size }: FileStamp,
  stamps: readonly FileStamp[],
): Promise<Parameters<OwnFiles['offer']>[2] | null> {
  const { layout, storage } = content
  const { lengthBytes } = layout.files[file]!
  if (size === 0) return lengthBytes > 0 ? 'empty' : null
  // No piece could be checked because all of them need other files, which are missing.
  const absent = absentPieces(stamps, layout)
  if (size === lengthBytes && piecesOf(layout, file).every(piece => absent.has(piece))) return 'likely'
  // A file that was changed cannot be read before it has been checked.
  if (size > lengthBytes || storage.changes?.files.has(file)) return null
  return (await isZero(content, file, size)) ? 'empty' : null
}

async function isZero({ layout, storage }: Content, file: number, size: number): Promise<boolean> {
  const { offsetBytes } = layout.files[file]!
  for (let at = 0; at < size; at += CHUNK_BYTES) {
    const bytes = new Uint8Array(Math.min(CHUNK_BYTES, size - at))
    await storage.read(offsetBytes + at, bytes)
    if (bytes.some(byte => byte !== 0)) return false
  }
  return true
}

/** The pieces of these files, ascending. */
function piecesOfFiles(layout: PieceLayout, files: readonly number[]): number[] {
  return [...new Set(files.flatMap(file => piecesOf(layout, file)))].sort((a, b) => a - b)
}

function piecesOf(layout: PieceLayout, file: number): number[] {
  const { first, end } = layout.piecesOf(file)
  return Array.from({ length: end - first }, (_, i) => first + i)
}

/** Whether a file exists at the path itself. */
function isThere({ size, isApart }: FileStamp): boolean {
  return size >= 0 && !isApart
}

function isSame(before: FileStamp | undefined, now: FileStamp): boolean {
  return before !== undefined && isSameStamp(before, now)
}
