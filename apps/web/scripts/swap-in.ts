import { existsSync, renameSync, rmSync } from 'node:fs'

const TRIES = 20

/**
 * Puts a folder in the place of another, whole: who reads there meanwhile finds the one or the
 * other. Both lie on one file system. Of several that do this at once, the last one stays.
 */
export function swapIn(folder: string, place: string): void {
  if (!existsSync(folder)) throw Object.assign(new Error(`ENOENT: there is no ${folder}`), { code: 'ENOENT' })
  const before = `${folder}-before`
  for (let tries = 1; ; tries++) {
    moveAway(place, before)
    try {
      renameSync(folder, place)
      break
    } catch (error) {
      // Another one came in between.
      if (tries === TRIES || !isAnyOf(error, 'ENOTEMPTY', 'EEXIST', 'EPERM')) throw error
    } finally {
      rmSync(before, { recursive: true, force: true })
    }
  }
}

function moveAway(place: string, before: string): void {
  try {
    renameSync(place, before)
  } catch (error) {
    if (!isAnyOf(error, 'ENOENT')) throw error
  }
}

const isAnyOf = (error: unknown, ...codes: string[]) =>
  codes.includes((error as { code?: string }).code ?? '')
