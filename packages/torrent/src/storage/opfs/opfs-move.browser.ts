import { ShoalError } from '../../base/errors.ts'
import { openFile, openParent, opfsError, removeFile, sizeOf, writeAll } from './opfs.browser.ts'

const COPY_BYTES = 1 << 20

/** A file and its new path. */
export interface MoveStep {
  readonly from: string
  readonly to: string
}

/** Moves those of the files that exist, all or none. They must not be open. */
export async function moveAll(steps: readonly MoveStep[]): Promise<void> {
  const done: MoveStep[] = []
  try {
    for (const step of steps) {
      if ((await sizeOf(step.from)) < 0) continue
      if ((await sizeOf(step.to)) >= 0)
        throw new ShoalError('bad-argument', `${step.to} already exists. Choose another name or folder.`)
      await moveFile(step)
      done.push(step)
    }
  } catch (error) {
    for (const { from, to } of done.reverse()) await moveFile({ from: to, to: from }).catch(() => {})
    throw error
  }
}

/** Routes all steps through temporary names if the target of one is the source of another. */
export function withDetours(steps: readonly MoveStep[]): MoveStep[] {
  const sources = new Set(steps.map(({ from }) => from))
  if (!steps.some(({ to }) => sources.has(to))) return [...steps]
  return [
    ...steps.map(({ from, to }) => ({ from, to: `${to}.moving` })),
    ...steps.map(({ to }) => ({ from: `${to}.moving`, to })),
  ]
}

async function moveFile({ from, to }: MoveStep): Promise<void> {
  try {
    const file = await openFile(from, false)
    const { folder, name } = await openParent(to, true)
    if (file.move) await file.move(folder, name)
    else await copyFile(from, to)
  } catch (error) {
    throw opfsError(error, from)
  }
}

async function copyFile(from: string, to: string): Promise<void> {
  const source = await (await openFile(from, false)).createSyncAccessHandle()
  const target = await (await openFile(to, true)).createSyncAccessHandle()
  const chunk = new Uint8Array(COPY_BYTES)
  try {
    for (let at = 0; ; ) {
      const count = source.read(chunk, { at })
      if (count === 0) break
      writeAll(target, chunk.subarray(0, count), at, to)
      at += count
    }
    target.flush()
  } finally {
    source.close()
    target.close()
  }
  await removeFile(from)
}
