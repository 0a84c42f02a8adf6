import { PathsInUse } from '#own-files'
import type { FileCopy } from '../../api.ts'
import { hex, readU32 } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { isOff } from '../../swarm/connect/is-off.ts'
import { currentPath } from '../torrent/relocation.ts'
import type { Running } from '../torrent/running.ts'
import type { Torrent } from '../torrent/torrent.ts'
import type { OtherTorrent } from './common-ranges.ts'
import { type CommonFile, FileRoots } from './matches.ts'
import { SharedSource } from './shared-source.ts'

/** Maximum number of torrents from which one download takes bytes. */
const MAX_SOURCES = 16
/** Maximum number of torrents that are searched for copies of one torrent's files. */
const MAX_COPIES = 100

/** A downloading torrent, for the duration of its transfer. */
interface Download {
  readonly running: Running
  readonly roots: FileRoots
  readonly sources: Map<Torrent, SharedSource>
}

/**
 * Files that several torrents of a session have, known by their pieces roots (BEP 52). A download
 * copies pieces that another torrent has, and does not request those that it is downloading.
 * Private torrents (BEP 27) are excluded: their bytes stay among the peers of their tracker.
 */
export class SharedFiles {
  readonly paths = new PathsInUse()
  /** The torrents of the session. */
  readonly #torrents: () => readonly Torrent[]
  readonly #clock: Clock
  readonly #downloads = new Map<Torrent, Download>()
  /** Bytes that a torrent copied, by file and by source torrent. */
  readonly #taken = new WeakMap<Torrent, Map<string, number>>()
  /** Created for the first download: a session of seeds does not need it. */
  #index: RootIndex | null = null
  /** Changes with the set of torrents and their known pieces. */
  #generation = 0
  readonly #copies = new WeakMap<Torrent, { generation: number; copies: Map<number, FileCopy[]> }>()
  /** Whether a source of this kind is requesting blocks. */
  #isClaiming = false

  constructor(torrents: () => readonly Torrent[], clock: Clock) {
    this.#torrents = torrents
    this.#clock = clock
  }

  /** The files of a torrent became known, or its pieces were checked. */
  changed(torrent: Torrent): void {
    this.#generation++
    if (!this.#index || !layoutOf(torrent)) return
    this.#index.add(torrent)
    for (const other of this.#index.alike(torrent)) {
      const download = this.#downloads.get(other)
      if (download) this.#compare(other, download, torrent)
    }
  }

  removed(torrent: Torrent): void {
    this.paths.release(torrent.phases.data)
    this.#generation++
    this.#index?.delete(torrent)
    this.#downloads.delete(torrent)
    for (const download of this.#downloads.values()) leave(download, torrent)
  }

  /** Once a second, and when a transfer starts: finds torrents with files that this one wants. */
  share(torrent: Torrent): void {
    const { running } = torrent.phases.network
    const layout = layoutOf(torrent)
    const known = this.#downloads.get(torrent)
    const isOn = !isOff(torrent.phases.data, 'disk')
    const isWanting = isOn && running && layout && !running.transfer.wanted.isFinished
    if (known && known.running === running && isWanting) return
    this.#downloads.delete(torrent)
    for (const other of known?.sources.keys() ?? []) leave(known!, other)
    if (isWanting) this.#begin(torrent, running, layout)
  }

  /** A torrent verified and stored a piece. */
  arrived(torrent: Torrent, piece: number): void {
    for (const { sources } of this.#downloads.values()) sources.get(torrent)?.gained(piece)
  }

  /** The other torrents with a file, by its index among all. */
  copiesOf(torrent: Torrent, file: number): readonly FileCopy[] {
    let known = this.#copies.get(torrent)
    if (known?.generation !== this.#generation) {
      known = { generation: this.#generation, copies: this.#findCopies(torrent) }
      this.#copies.set(torrent, known)
    }
    return (known.copies.get(file) ?? []).map(copy => ({
      ...copy,
      takenBytes: this.#taken.get(torrent)?.get(`${file}:${keyOf(copy.torrent)}`) ?? 0,
    }))
  }

  #findCopies(torrent: Torrent): Map<number, FileCopy[]> {
    const copies = new Map<number, FileCopy[]>()
    const layout = layoutOf(torrent)
    if (!layout) return copies
    const roots = new FileRoots(layout)
    for (const other of [...this.#indexed().alike(torrent)].slice(0, MAX_COPIES)) {
      const theirs = layoutOf(other)
      const { content } = other.phases.data
      if (!theirs || !content) continue
      for (const { ours, theirs: at } of roots.commonWith(theirs)) {
        const copy = { torrent: other, path: currentPath(other.phases.data, content, at), takenBytes: 0 }
        copies.set(ours, [...(copies.get(ours) ?? []), copy])
      }
    }
    return copies
  }

  #indexed(): RootIndex {
    if (!this.#index) {
      this.#index = new RootIndex()
      for (const torrent of this.#torrents()) if (layoutOf(torrent)) this.#index.add(torrent)
    }
    return this.#index
  }

  #begin(torrent: Torrent, running: Running, layout: PieceLayout): void {
    const download = { running, roots: new FileRoots(layout), sources: new Map() }
    this.#downloads.set(torrent, download)
    running.transfer.picker.onBegun = piece => this.#begun(torrent, piece)
    for (const other of this.#indexed().alike(torrent)) this.#compare(torrent, download, other)
  }

  #compare(torrent: Torrent, download: Download, other: Torrent): void {
    const layout = layoutOf(other)
    if (!layout || download.sources.size >= MAX_SOURCES || download.sources.has(other)) return
    const files = download.roots.commonWith(layout)
    if (files.length > 0) this.#join(torrent, download, other, files)
  }

  #join(torrent: Torrent, { running, sources }: Download, other: Torrent, files: CommonFile[]): void {
    const key = keyOf(other)
    const taken = this.#taken.get(torrent) ?? new Map<string, number>()
    this.#taken.set(torrent, taken)
    const source = new SharedSource({
      id: running.swarm.sources.nextId(),
      key,
      transfer: running.transfer,
      other: otherTorrent(other),
      files,
      clock: this.#clock,
      onTaken: (file, bytes) => {
        const entry = `${file}:${key}`
        taken.set(entry, (taken.get(entry) ?? 0) + bytes)
      },
      log: line => running.swarm.state.events.log(line),
      claiming: pick => this.#claim(pick),
    })
    sources.set(other, source)
    running.swarm.state.events.log(`${other.name} has ${files.length} of the same files: its bytes are used`)
    running.swarm.sources.addSupplier(source)
  }

  #claim<T>(pick: () => T): T {
    const before = this.#isClaiming
    this.#isClaiming = true
    try {
      return pick()
    } finally {
      this.#isClaiming = before
    }
  }

  /** A torrent requests a piece from its own peers, so the others do not. */
  #begun(torrent: Torrent, piece: number): void {
    if (this.#isClaiming) return
    for (const { sources } of this.#downloads.values()) sources.get(torrent)?.claim(piece)
  }
}

/** Torrents by the first word of the pieces roots of their files. */
class RootIndex {
  readonly #byWord = new Map<number, Torrent | Torrent[]>()
  readonly #known = new Set<Torrent>()

  add(torrent: Torrent): void {
    if (this.#known.has(torrent)) return
    this.#known.add(torrent)
    for (const word of rootWords(torrent)) {
      const same = this.#byWord.get(word)
      // Nearly every file is in only one torrent.
      if (!same) this.#byWord.set(word, torrent)
      else if (Array.isArray(same)) same.push(torrent)
      else this.#byWord.set(word, [same, torrent])
    }
  }

  delete(torrent: Torrent): void {
    if (!this.#known.delete(torrent)) return
    for (const word of rootWords(torrent)) {
      const left = asList(this.#byWord.get(word) ?? []).filter(other => other !== torrent)
      if (left.length === 0) this.#byWord.delete(word)
      else this.#byWord.set(word, left)
    }
  }

  /** Other torrents that may have a file in common. */
  alike(torrent: Torrent): Set<Torrent> {
    const found = new Set<Torrent>()
    for (const word of rootWords(torrent))
      for (const other of asList(this.#byWord.get(word) ?? [])) found.add(other)
    found.delete(torrent)
    return found
  }
}

function asList(torrents: Torrent | readonly Torrent[]): readonly Torrent[] {
  return Array.isArray(torrents) ? torrents : [torrents as Torrent]
}

/** First words of the roots, as small integers, which take no memory of their own. */
function rootWords({ phases }: Torrent): Set<number> {
  const words = new Set<number>()
  for (const { piecesRoot } of phases.data.content?.layout.files ?? [])
    if (piecesRoot) words.add(readU32(piecesRoot, 0) | 0)
  return words
}

function leave({ running, sources }: Download, other: Torrent): void {
  const source = sources.get(other)
  sources.delete(other)
  if (source) running.swarm.sources.removeSupplier(source)
}

/**
 * The layout of a torrent whose files may be shared; null for private torrents and those without v2
 * hashes.
 */
function layoutOf({ isPrivate, phases }: Torrent): PieceLayout | null {
  const { content, lifecycle } = phases.data
  if (!content || isPrivate || lifecycle.isClosed) return null
  return content.metainfo.info.version === 'v1' ? null : content.layout
}

function keyOf({ infoHashes }: FileCopy['torrent']): string {
  return `torrent ${hex((infoHashes.v2 ?? infoHashes.v1)!.subarray(0, 20))}`
}

function otherTorrent({ phases }: Torrent): OtherTorrent {
  const { network, data } = phases
  const content = data.content!
  return {
    layout: content.layout,
    storage: content.storage,
    have: content.have,
    get picker() {
      return network.running?.transfer.picker ?? null
    },
    wish(file, piece, dueMs) {
      const { lifecycle } = data
      if (lifecycle.phase !== 'running' || lifecycle.isAtRest) return null
      // It downloads the files that it wants in any case.
      return content.selection.priorityOf(file) > 0 ? null : network.deadlines().expedite(piece, dueMs)
    },
  }
}
