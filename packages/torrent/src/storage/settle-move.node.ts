import type { Stats } from 'node:fs'
import type { PieceLayout } from '../metainfo/layout.ts'
import { partFileName } from './disk-paths.ts'
import { NAME_RULES, storedPaths } from './file-set.node.ts'
import { Folders, foldersOf, parentOf } from './folders.node.ts'
import { lstat, rename, syncFolder } from './fs.node.ts'
import { errnoOf } from './io-errors.ts'
import type { FilePlace } from './storage.ts'

/** A move or rename that a crash interrupted. */
export interface InterruptedMove {
  readonly layout: PieceLayout
  /** The storage's name of the torrent. */
  readonly name: string
  readonly from: FilePlace
  readonly to: FilePlace
}

/**
 * Determines where the files are, and finishes the move if renames suffice. Resolves to whether the files are at `to`. Rejects with the system's
 * error.
 *
 * A move by renames leaves each file in exactly one of the places. A file in both was being copied: then those at `from` are complete and stay
 * in use. The copies are kept, because nothing proves that they are not someone else's files.
 */
export async function settleMove(move: InterruptedMove): Promise<boolean> {
  const [from, to] = [new Folders(move.from.directory), new Folders(move.to.directory)]
  const left: Step[] = []
  let arrived = 0
  for (const step of moveSteps(move)) {
    const [before, after] = await Promise.all([
      statOrNull(from.path(step.from)),
      statOrNull(to.path(step.to)),
    ])
    if (before && after && !(before.ino === after.ino && before.dev === after.dev)) return false
    if (after) arrived++
    else if (before) left.push(step)
  }
  if (arrived === 0) return false
  for (const step of left) await finish(step, from, to)
  for (const folder of foldersOf(left.map(step => step.from)))
    await syncFolder(from.path(folder)).catch(() => {})
  await from.removeEmpty(foldersOf(moveSteps(move).map(step => step.from)))
  return true
}

interface Step {
  readonly from: string
  readonly to: string
}

/** The files whose path changes, including the part file. */
function moveSteps({ layout, name, from, to }: InterruptedMove): Step[] {
  const [before, after] = [from, to].map(({ renamed }) => storedPaths({ layout, name, renamed }))
  const part = partFileName(name, NAME_RULES)
  const all = [...before!.map((path, file) => ({ from: path, to: after![file]! })), { from: part, to: part }]
  return all.filter(step => step.from !== '' && !(from.directory === to.directory && step.from === step.to))
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
