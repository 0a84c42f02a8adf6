import { equalBytes, readU32 } from '../../base/bytes.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'

/**
 * Maximum number of files of one torrent with equal roots; others are left to its peers, so that a
 * hostile torrent does not cost more time than an honest one.
 */
const MAX_EQUAL = 16

/** A file that two torrents have in common, by its index among all files of each. */
export interface CommonFile {
  readonly ours: number
  readonly theirs: number
}

/**
 * The files of one torrent by their pieces roots (BEP 52), to be found in others. Only files that
 * begin with a piece are listed, as BEP 52 demands.
 */
export class FileRoots {
  readonly #layout: PieceLayout
  /**
   * Keyed by the first word of the root, so that comparing a million files takes milliseconds and
   * no memory.
   */
  readonly #byWord = new Map<number, number[]>()

  constructor(layout: PieceLayout) {
    this.#layout = layout
    for (const [index] of layout.files.entries()) {
      const root = sharedRoot(layout, index)
      if (!root) continue
      const word = readU32(root, 0)
      const same = this.#byWord.get(word)
      if (same && same.length < MAX_EQUAL) same.push(index)
      else if (!same) this.#byWord.set(word, [index])
    }
  }

  /**
   * Returns the files that the other torrent has too. Its length must be equal as well: a file that
   * consists of two hashes has the same root as the file of two blocks with these hashes.
   */
  commonWith(other: PieceLayout): CommonFile[] {
    const common = new Map<number, CommonFile>()
    if (this.#byWord.size === 0) return []
    for (const [theirs, { lengthBytes }] of other.files.entries()) {
      const root = sharedRoot(other, theirs)
      for (const ours of (root && this.#byWord.get(readU32(root, 0))) ?? []) {
        const file = this.#layout.files[ours]!
        if (common.has(ours) || file.lengthBytes !== lengthBytes) continue
        if (equalBytes(file.piecesRoot!, root!)) common.set(ours, { ours, theirs })
      }
    }
    return [...common.values()]
  }
}

function sharedRoot({ files, pieceLengthBytes }: PieceLayout, index: number): Uint8Array | undefined {
  const { piecesRoot, offsetBytes } = files[index]!
  return offsetBytes % pieceLengthBytes === 0 ? piecesRoot : undefined
}
