import type { Stats } from 'node:fs'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { partFileName } from '../disk-paths.ts'
import { errnoOf } from '../io-errors.ts'
import type { FilePlace } from '../storage.ts'
import { ownLinks } from './empty-files.node.ts'
import { NAME_RULES, storedPaths } from './file-set.node.ts'
import { Folders, foldersOf, parentOf } from './folders.node.ts'
import { close, lstat, open, READ, readAt, rename, syncFolder, unlink } from './fs.node.ts'

const CHUNK_BYTES = 1024 * 1024

/** A move or rename that a crash interrupted. */
export interface InterruptedMove {
  readonly layout: PieceLayout
  /** The storage's name of the torrent. */
  readonly name: string
  readonly from: FilePlace
  readonly to: FilePlace
  /** Whether a file, by index among all, is the torrent's own. All others stay where they are. */
  readonly isOwn: (file: number) => boolean
}

/**
 * Locates the files, and finishes the move if renames suffice. Resolves to whether the files are at
 * `to`. Rejects with the system's error.
 *
 * A move by renames leaves each file in exactly one of the places. A file in both was being copied,
 * or the copied file was about to be deleted: then those at `from` are complete and stay in use.
 * What is at `to` is deleted later if nothing in it is lost, because it is the same as the
 * beginning of the file in use; anything else may be someone's own file. Reading that takes time,
 * and ends when the signal aborts.
 */
export async function settleMove(move: InterruptedMove, signal?: AbortSignal): Promise<boolean> {
  const [from, to] = [new Folders(move.from.directory), new Folders(move.to.directory)]
  const left: Step[] = []
  const doubles: Step[] = []
  let arrived = 0
  const steps = await moveSteps(move)
  for (const step of steps) {
    const [before, after] = await Promise.all([
      statOrNull(from.path(step.from)),
      statOrNull(to.path(step.to)),
    ])
    if (before && after && !(before.ino === after.ino && before.dev === after.dev)) doubles.push(step)
    else if (after) arrived++
    else if (before) left.push(step)
  }
  if (doubles.length > 0) {
    // The torrent can be used during this. A copy that cannot be read stays. A rename makes no
    // copies.
    if (move.from.directory !== move.to.directory)
      void deleteDoubles(doubles, from, to, signal).catch(() => {})
    return false
  }
  if (arrived === 0) return false
  for (const step of left) await finish(step, from, to)
  for (const folder of foldersOf(left.map(step => step.from)))
    await syncFolder(from.path(folder)).catch(() => {})
  await from.removeEmpty(foldersOf(steps.map(step => step.from)))
  return true
}

interface Step {
  readonly from: string
  readonly to: string
}

/** The torrent's own files and links whose path changes, including the part file. */
async function moveSteps({ layout, name, from, to, isOwn }: InterruptedMove): Promise<Step[]> {
  const [before, after] = [from, to].map(({ renamed }) => storedPaths({ layout, name, renamed }))
  const part = partFileName(name, NAME_RULES)
  const links = new Set<number>()
  for (const [place, paths] of [
    [from, before!],
    [to, after!],
  ] as const)
    for (const link of await ownLinks(layout, paths, new Folders(place.directory))) links.add(link)
  const own = [...before!.keys()].filter(file => isOwn(file) || links.has(file))
  const all = [...own.map(file => ({ from: before![file]!, to: after![file]! })), { from: part, to: part }]
  return all.filter(step => step.from !== '' && !(from.directory === to.directory && step.from === step.to))
}

async function deleteDoubles(
  doubles: readonly Step[],
  from: Folders,
  to: Folders,
  signal?: AbortSignal,
): Promise<void> {
  for (const step of doubles) {
    await from.check(parentOf(step.from))
    await to.check(parentOf(step.to))
    if (await isBeginning(to.path(step.to), from.path(step.from), signal)) await unlink(to.path(step.to))
  }
  await to.removeEmpty(foldersOf(doubles.map(step => step.to)))
}

/** Whether a file equals the beginning of another, or all of it. */
async function isBeginning(path: string, whole: string, signal?: AbortSignal): Promise<boolean> {
  const copy = await open(path, READ)
  try {
    const original = await open(whole, READ)
    try {
      const [a, b] = [new Uint8Array(CHUNK_BYTES), new Uint8Array(CHUNK_BYTES)]
      for (let at = 0; ; at += CHUNK_BYTES) {
        signal?.throwIfAborted()
        const [count, most] = await Promise.all([readAt(copy, a, at), readAt(original, b, at)])
        if (count > most || Buffer.compare(a.subarray(0, count), b.subarray(0, count)) !== 0) return false
        if (count < CHUNK_BYTES) return true
      }
    } finally {
      await close(original)
    }
  } finally {
    await close(copy)
  }
}

async function finish(step: Step, from: Folders, to: Folders): Promise<void> {
  await from.check(parentOf(step.from))
  await to.make(parentOf(step.to))
  await rename(from.path(step.from), to.path(step.to))
  await syncFolder(to.path(parentOf(step.to)))
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    const stat = await lstat(path)
    return stat.isFile() || stat.isSymbolicLink() ? stat : null
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return null
    throw error
  }
}
