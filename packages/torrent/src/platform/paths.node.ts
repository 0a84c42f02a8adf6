import { resolve } from 'node:path'

/** Makes a path independent of later changes of the working directory. */
export function absolutePath(path: string): string {
  return resolve(path)
}
