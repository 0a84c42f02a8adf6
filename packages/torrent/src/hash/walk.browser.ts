import { ShoalError } from '../base/errors.ts'
import type { Found, WalkOptions } from './walk.ts'

/** Always rejects: pages cannot read the disk by path. */
export async function walk(path: string, _options: WalkOptions): Promise<Found> {
  throw new ShoalError(
    'unsupported',
    `A browser cannot read ${path}. Use createTorrentFrom with files the user chose.`,
  )
}
