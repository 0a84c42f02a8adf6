import { equalBytes, readU32 } from '../../base/bytes.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'

/** A file that two torrents have in common, by its index among all files of each. */
export interface CommonFile {
  readonly ours: number
  readonly theirs: number
}

/**
 * The files of one torrent by their pieces roots (BEP 52), to be found in others. Only files that begin with a piece are listed, as BEP 52
 * demands.
 */
export class FileRoots {
  readonly #layout: PieceLayout
  /** By the first word of the root, so that comparing a million files takes milliseconds and no memory. */
  readonly #byWord = new Map<number, number[]>()

  constructor(layout: PieceLayout) {
    this.#layout = layout
    for (const [index] of layout.files.entries()) {
      const root = sharedRoot(layout, index)
      if (!root) continue
      const word = readU32(root, 0)
      const same = this.#byWord.get(word)
      if (same) same.push(index)
      else this.#byWord.set(word, [index])
    }
  }

  /**
   * Returns the files that the other torrent has too. Its length must be equal as well: a file that consists of two hashes has the same root as
   * the file of two blocks with these hashes.
   */
  commonWith(other: PieceLayout): CommonFile[] {
    const common: CommonFile[] = []
    if (this.#byWord.size === 0) return common
    for (const [theirs, { lengthBytes }] of other.files.entries()) {
      const root = sharedRoot(other, theirs)
      for (const ours of (root && this.#byWord.get(readU32(root, 0))) ?? []) {
        const file = this.#layout.files[ours]!
        if (file.lengthBytes === lengthBytes && equalBytes(file.piecesRoot!, root!))
          common.push({ ours, theirs })
      }
    }
    return common
  }
}

function sharedRoot({ files, pieceLengthBytes }: PieceLayout, index: number): Uint8Array | undefined {
  const { piecesRoot, offsetBytes } = files[index]!
  return offsetBytes % pieceLengthBytes === 0 ? piecesRoot : undefined
}
