import { ShoalError } from '../base/errors.ts'
import type { Found, WalkOptions } from './walk.ts'

/** Pages cannot read the disk by path. */
export async function walk(path: string, _options: WalkOptions): Promise<Found> {
  throw new ShoalError(
    'unsupported',
    `a browser cannot read ${path}: use createTorrentFrom with files the user chose`,
  )
}
