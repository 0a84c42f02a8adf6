/** Chooses what is shared of a folder, and records what is left out and why. */
import { basename, dirname, join } from 'node:path'
import { SEALED_NAME } from '@shoal/links'
import type { FolderFilter } from '@shoal/torrent'
import type { HeldAs, HeldPaths } from './held-paths.ts'

/** `hidden`: the name starts with a dot. The others: see HeldAs. */
export type LeftOutReason = 'hidden' | HeldAs

/** Folder of a node's download folder for sealed content. */
export const SEALED_FOLDER = 'Sealed'

/**
 * Extensions that browsers, download managers and BitTorrent clients use for unfinished files. Some
 * instead add a second file.
 */
const MARKER =
  /\.(?:parts?|partial|crdownload|download|opdownload|filepart|fdmdownload|!ut|!qb|!bt|bc!|aria2|xltd|td)$/i
/** Temporary files of programs, and their backups. */
const PASSING = /\.(?:tmp|swp)$|^~|~$/i
/** Files that file managers create in every folder. */
const LITTER = /^(?:thumbs\.db|desktop\.ini|icon\r|\.ds_store)$/i

export interface ContentFilterOptions {
  /** Include hidden files and folders. */
  readonly hidden?: boolean
  readonly held?: HeldPaths
  /** The kinds of held paths that are left out. Default: all. */
  readonly leave?: readonly HeldAs[]
  /** Additional held paths, by name in a folder. */
  heldIn?(folder: string): ReadonlyMap<string, HeldAs>
}

export class ContentFilter {
  readonly #options: ContentFilterOptions
  readonly #leftOut = new Map<string, LeftOutReason>()

  constructor(options: ContentFilterOptions = {}) {
    this.#options = options
  }

  /** Paths left out so far, with the reasons. */
  get leftOut(): ReadonlyMap<string, LeftOutReason> {
    return this.#leftOut
  }

  /** Returns the names to include. */
  readonly filter: FolderFilter = (folder, names) => {
    const marked = new Set(names.filter(name => MARKER.test(name)).map(name => name.replace(MARKER, '')))
    const here = this.#options.heldIn?.(folder)
    return names.filter(name => {
      if (LITTER.test(name)) return false
      const path = join(folder, name)
      const isUnfinished = MARKER.test(name) || PASSING.test(name) || marked.has(name)
      const reason =
        this.#holds(path) ?? here?.get(name) ?? (isUnfinished ? 'unfinished' : this.#byName(folder, name))
      if (reason !== null) this.#leftOut.set(path, reason)
      return reason === null
    })
  }

  /** Returns how the path, or a folder that contains it, is held. Null if it is not. */
  holderOf(path: string): HeldAs | null {
    for (let at = path; ; at = dirname(at)) {
      const reason = this.#holds(at) ?? this.#options.heldIn?.(dirname(at)).get(basename(at)) ?? null
      if (reason !== null || dirname(at) === at) return reason
    }
  }

  #holds(path: string): HeldAs | null {
    const { held, leave } = this.#options
    const reason = held?.get(path) ?? null
    return reason !== null && (leave === undefined || leave.includes(reason)) ? reason : null
  }

  #byName(folder: string, name: string): LeftOutReason | null {
    if (name.startsWith('.')) return this.#options.hidden ? null : 'hidden'
    return name === SEALED_NAME && basename(dirname(folder)) === SEALED_FOLDER ? 'sealed' : null
  }
}
