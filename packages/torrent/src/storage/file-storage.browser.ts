import { ShoalError } from '../base/errors.ts'
import type { FileStorageOptions } from './file-storage.node.ts'
import type { CutMove } from './settle-move.node.ts'
import type { Storage } from './storage.ts'

/** Browsers have no folders. Rejects every use with `unsupported`. */
export class HandlePool {
  /** Nothing is ever open. */
  readonly openCount = 0
}

/** A browser moves no files. */
export async function settleMove(_move: CutMove): Promise<boolean> {
  return false
}

/** Throws `unsupported`: a browser keeps torrents in memory. */
export function createFileStorage(_options: FileStorageOptions): Storage {
  throw new ShoalError('unsupported', 'this browser has no folders to download to: use createMemoryStorage')
}
