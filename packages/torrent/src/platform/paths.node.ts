import { resolve } from 'node:path'

/** The same place whatever the working directory becomes. */
export function absolutePath(path: string): string {
  return resolve(path)
}
