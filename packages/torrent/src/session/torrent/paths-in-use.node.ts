import { basename, dirname, join, resolve, sep } from 'node:path'
import { infoHashText } from '../../metainfo/info-hash.ts'
import { type NameRules, safeComponent } from '../../metainfo/safe-names.ts'
import { diskPaths, partFileName } from '../../storage/disk-paths.ts'
import type { Claims, Search } from './file-claims.ts'
import { realFolder } from './home-names.node.ts'
import type { TorrentData } from './torrent-data.ts'

const RULES: NameRules = process.platform === 'win32' ? 'windows' : 'posix'

/** The place of a torrent in the order of claims, and where it is listed. */
interface Claim {
  readonly order: number
  readonly folder: string
  /** The top-level names of its paths; a string if all paths share one. */
  readonly names: string | readonly string[]
}

/**
 * See `Claims`. Paths are compared as absolute ones, since the download folder of a torrent may be
 * inside that of another.
 */
export class PathsInUse implements Claims {
  readonly #claims = new Map<TorrentData, Claim>()
  /** By real folder and top-level name in it: nearly every torrent has its entry to itself. */
  readonly #byFolder = new Map<string, Map<string, TorrentData | TorrentData[]>>()
  /** The folders of `#byFolder` by each of their ancestor folders. */
  readonly #within = new Map<string, Set<string>>()
  readonly #realFolders = new Map<string, string>()
  #claimed = 0

  claim(data: TorrentData): void {
    const order = this.#claims.get(data)?.order ?? this.#claimed++
    this.release(data)
    if (!data.content?.storage.own) return
    const folder = this.#realFolder(data.directory)
    const claim = { order, folder, names: firstNames(data) }
    this.#claims.set(data, claim)
    const byName = this.#byFolder.get(folder) ?? this.#addFolder(folder)
    for (const name of asList(claim.names)) {
      const same = byName.get(name)
      if (!same) byName.set(name, data)
      else byName.set(name, [...asList(same), data])
    }
  }

  has(data: TorrentData): boolean {
    return this.#claims.has(data)
  }

  isAlone(data: TorrentData): boolean {
    const claim = this.#claims.get(data)
    return !claim || this.#near(claim.folder, asList(claim.names)).every(other => other === data)
  }

  moved(data: TorrentData): void {
    if (this.#claims.has(data)) this.claim(data)
  }

  release(data: TorrentData): void {
    const claim = this.#claims.get(data)
    if (!claim) return
    this.#claims.delete(data)
    const byName = this.#byFolder.get(claim.folder)!
    for (const name of asList(claim.names)) {
      const left = asList(byName.get(name) ?? []).filter(other => other !== data)
      if (left.length === 0) byName.delete(name)
      else byName.set(name, left.length === 1 ? left[0]! : left)
    }
    if (byName.size > 0) return
    this.#byFolder.delete(claim.folder)
    for (const above of foldersAbove(claim.folder)) {
      const within = this.#within.get(above)!
      within.delete(claim.folder)
      if (within.size === 0) this.#within.delete(above)
    }
  }

  ofOthers(data: TorrentData, { isEarlier = false }: { isEarlier?: boolean } = {}): Set<number> {
    const paths = relativePaths(data)
    const used = this.used({ directory: data.directory, paths, except: data, isEarlier })
    return new Set([...paths.keys()].filter(file => used.has(paths[file]!)))
  }

  used({ directory, paths, except, isEarlier = false }: Search): ReadonlySet<string> {
    const used = new Set<string>()
    const folder = this.#realFolder(directory)
    const others = new Set(this.#near(folder, new Set(paths.filter(Boolean).map(firstName))))
    others.delete(except)
    const order = this.#claims.get(except)?.order ?? Number.POSITIVE_INFINITY
    for (const other of others) {
      const claim = this.#claims.get(other)!
      if (isEarlier && claim.order > order) continue
      for (const path of usedPaths(other)) {
        const own = claim.folder === folder ? path : below(folder, join(claim.folder, path))
        if (own !== null) used.add(own)
      }
    }
    return used
  }

  /**
   * The torrents that may have files below one of these names in the folder, or for which the
   * folder itself is below one of theirs.
   */
  #near(folder: string, names: Iterable<string>): TorrentData[] {
    const near: TorrentData[] = []
    const byName = this.#byFolder.get(folder)
    for (const name of names) {
      near.push(...asList(byName?.get(name) ?? []))
      const inside = join(folder, name)
      for (const each of [inside, ...(this.#within.get(inside) ?? [])])
        for (const others of this.#byFolder.get(each)?.values() ?? []) near.push(...asList(others))
    }
    for (let at = folder; at !== dirname(at); at = dirname(at))
      near.push(...asList(this.#byFolder.get(dirname(at))?.get(basename(at)) ?? []))
    return near
  }

  #addFolder(folder: string): Map<string, TorrentData | TorrentData[]> {
    const byName = new Map<string, TorrentData | TorrentData[]>()
    this.#byFolder.set(folder, byName)
    for (const above of foldersAbove(folder)) {
      const within = this.#within.get(above) ?? new Set()
      this.#within.set(above, within.add(folder))
    }
    return byName
  }

  #realFolder(directory: string): string {
    let real = this.#realFolders.get(directory)
    if (real === undefined) {
      real = realFolder(resolve(directory))
      this.#realFolders.set(directory, real)
    }
    return real
  }
}

function foldersAbove(folder: string): string[] {
  const above: string[] = []
  for (let at = folder; at !== dirname(at); at = dirname(at)) above.push(dirname(at))
  return above
}

/** The path below a folder, with `/`; null if it is outside. */
function below(folder: string, path: string): string | null {
  const start = folder.endsWith(sep) ? folder : folder + sep
  return path.startsWith(start) ? path.slice(start.length).split(sep).join('/') : null
}

/**
 * Path of each file below the download folder, by index among all; empty for pads. `others` are
 * used instead of the present ones.
 */
export function relativePaths(
  { content, renamed }: Pick<TorrentData, 'content' | 'renamed'>,
  { others, isExact = false }: { others?: TorrentData['renamed']; isExact?: boolean } = {},
): string[] {
  const { layout, metainfo } = content!
  const partName = partFileName(infoHashText(metainfo.info.infoHashes), RULES)
  const all = others ? new Map([...(renamed ?? []), ...others]) : renamed
  return diskPaths(layout, RULES, partName, all, { isExact })
}

/** Files that are not wanted are in use if bytes of them were stored. */
function usedPaths(data: TorrentData): string[] {
  const { selection, storage } = data.content!
  const recorded = data.place.progress?.stamps ?? []
  return relativePaths(data).filter(
    (path, file) =>
      path !== '' &&
      (selection.priorityOf(file) > 0 || storage.own!.has(file) || (recorded[file]?.size ?? -1) >= 0),
  )
}

function firstNames(data: TorrentData): Claim['names'] {
  const root = data.content!.layout.files[0]?.path
  // The usual case, without a list of paths: a folder with the torrent's name.
  if (!data.renamed && root && root.length > 1) return safeComponent(root[0]!, RULES)
  const names = [...new Set(relativePaths(data).filter(Boolean).map(firstName))]
  return names.length === 1 ? names[0]! : names
}

function firstName(path: string): string {
  const slash = path.indexOf('/')
  return slash < 0 ? path : path.slice(0, slash)
}

function asList<T extends string | TorrentData>(one: T | readonly T[]): readonly T[] {
  return Array.isArray(one) ? one : [one as T]
}
