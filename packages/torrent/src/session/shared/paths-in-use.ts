import { resolve } from 'node:path'
import { infoHashText } from '../../metainfo/info-hash.ts'
import { type NameRules, safeComponent } from '../../metainfo/safe-names.ts'
import { diskPaths, partFileName } from '../../storage/disk-paths.ts'
import { realFolder } from '../torrent/home-names.node.ts'
import type { TorrentData } from '../torrent/torrent-data.ts'

const RULES: NameRules = process.platform === 'win32' ? 'windows' : 'posix'

/** The place of a torrent in the order of claims, and where it is listed. */
interface Claim {
  readonly order: number
  readonly folder: string
  /** The first names of its paths; a text if all paths have the same. */
  readonly names: string | readonly string[]
}

/** Where a torrent looks for the paths of others. */
interface Search {
  /** Its download folder. */
  readonly directory: string
  /** Paths below it, with `/`; empty for none. */
  readonly paths: readonly string[]
  readonly except: TorrentData
  /** Only torrents that claimed theirs before this one. */
  readonly isEarlier?: boolean
}

/**
 * The paths that the torrents of a session use, whether or not there are bytes yet. A torrent claims its paths when it looks at the disk for the
 * first time. Where two have the same path, it belongs to the one that claimed it first.
 */
export class PathsInUse {
  readonly #claims = new Map<TorrentData, Claim>()
  /** By real folder and first name below it: nearly every torrent is alone there. */
  readonly #byFolder = new Map<string, Map<string, TorrentData | TorrentData[]>>()
  readonly #realFolders = new Map<string, string>()
  #claimed = 0

  /** Call it again when the files have other paths. */
  claim(data: TorrentData): void {
    const order = this.#claims.get(data)?.order ?? this.#claimed++
    this.release(data)
    if (!data.content?.storage.own) return
    const folder = this.#realFolder(data.directory)
    const claim = { order, folder, names: firstNames(data) }
    this.#claims.set(data, claim)
    const byName = this.#byFolder.get(folder) ?? new Map<string, TorrentData | TorrentData[]>()
    this.#byFolder.set(folder, byName)
    for (const name of asList(claim.names)) {
      const same = byName.get(name)
      if (!same) byName.set(name, data)
      else byName.set(name, [...asList(same), data])
    }
  }

  has(data: TorrentData): boolean {
    return this.#claims.has(data)
  }

  /** Whether no other torrent has a first name below the folder in common with this one. */
  isAlone(data: TorrentData): boolean {
    const claim = this.#claims.get(data)
    const byName = claim && this.#byFolder.get(claim.folder)
    return asList(claim?.names ?? []).every(name => byName?.get(name) === data)
  }

  /** The files have other paths: claims them if the earlier ones were claimed. */
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
    if (byName.size === 0) this.#byFolder.delete(claim.folder)
  }

  /** The paths, below the download folder, that others use among those of a torrent, by index among all files. */
  ofOthers(data: TorrentData, { isEarlier = false }: { isEarlier?: boolean } = {}): Set<number> {
    const paths = relativePaths(data)
    const used = this.used({ directory: data.directory, paths, except: data, isEarlier })
    return new Set([...paths.keys()].filter(file => used.has(paths[file]!)))
  }

  /** Paths below a download folder that other torrents use. */
  used({ directory, paths, except, isEarlier = false }: Search): ReadonlySet<string> {
    const used = new Set<string>()
    const byName = this.#byFolder.get(this.#realFolder(directory))
    if (!byName) return used
    const order = this.#claims.get(except)?.order ?? Number.POSITIVE_INFINITY
    const others = new Set<TorrentData>()
    for (const path of paths) for (const other of asList(byName.get(firstName(path)) ?? [])) others.add(other)
    others.delete(except)
    for (const other of others)
      if (!isEarlier || this.#claims.get(other)!.order < order)
        for (const path of usedPaths(other)) used.add(path)
    return used
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

/** Path of each file below the download folder, by index among all; empty for pads. `others` are used instead of the present ones. */
export function relativePaths(
  { content, renamed }: Pick<TorrentData, 'content' | 'renamed'>,
  { others, isExact = false }: { others?: TorrentData['renamed']; isExact?: boolean } = {},
): string[] {
  const { layout, metainfo } = content!
  const partName = partFileName(infoHashText(metainfo.info.infoHashes), RULES)
  const all = others ? new Map([...(renamed ?? []), ...others]) : renamed
  return diskPaths(layout, RULES, partName, all, { isExact })
}

/** Files that are not wanted are used if bytes of them were stored. */
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
