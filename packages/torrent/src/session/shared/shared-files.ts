import type { FileCopy } from '../../api.ts'
import { hex } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { currentPath } from '../torrent/relocation.ts'
import type { Running } from '../torrent/running.ts'
import type { Torrent } from '../torrent/torrent.ts'
import type { OtherTorrent } from './common-ranges.ts'
import { type CommonFile, FileRoots } from './matches.ts'
import { SharedSource } from './shared-source.ts'

/** Torrents that one download takes bytes from. */
const MAX_SOURCES = 16
/** Torrents that are compared with one download in a second. */
const COMPARED_AT_A_TIME = 1000

/** The torrents of a session. */
export interface SessionTorrents {
  readonly torrents: readonly Torrent[]
}

/** A torrent that downloads, while its transfer lasts. */
interface Download {
  readonly running: Running
  readonly roots: FileRoots
  readonly sources: Map<Torrent, SharedSource>
  /** Torrents that were not compared with it yet. */
  waiting: Torrent[]
}

/**
 * Files that several torrents of a session have, known by their pieces roots (BEP 52). A download takes what another torrent has, and leaves to
 * its swarm what that is downloading. Private torrents (BEP 27) neither give nor take: their bytes are between the peers of their tracker.
 */
export class SharedFiles {
  readonly #registry: SessionTorrents
  readonly #clock: Clock
  readonly #downloads = new Map<Torrent, Download>()
  /** Bytes that a torrent took, by file and by the torrent that had them. */
  readonly #taken = new WeakMap<Torrent, Map<string, number>>()
  /** Changes with the set of torrents and what is known of them. */
  #generation = 0
  readonly #copies = new WeakMap<Torrent, { generation: number; copies: Map<number, FileCopy[]> }>()
  /** Whether a source of this kind is requesting blocks. */
  #isClaiming = false

  constructor(registry: SessionTorrents, clock: Clock) {
    this.#registry = registry
    this.#clock = clock
  }

  /** The files of a torrent became known, or its pieces were checked. */
  changed(torrent: Torrent): void {
    this.#generation++
    if (!layoutOf(torrent)) return
    for (const [other, download] of this.#downloads) if (other !== torrent) download.waiting.push(torrent)
  }

  removed(torrent: Torrent): void {
    this.#generation++
    this.#downloads.delete(torrent)
    for (const download of this.#downloads.values()) {
      const source = download.sources.get(torrent)
      download.sources.delete(torrent)
      if (source) download.running.swarm.sources.removeSupplier(source)
    }
  }

  /** Once a second, and when a transfer begins: finds torrents with files that this one wants. */
  share(torrent: Torrent): void {
    const { running } = torrent.phases.network
    const layout = layoutOf(torrent)
    if (!running || !layout || running.transfer.wanted.isFinished) {
      this.#downloads.delete(torrent)
      return
    }
    const download = this.#downloadOf(torrent, running, layout)
    for (const other of download.waiting.splice(0, COMPARED_AT_A_TIME))
      this.#compare(torrent, download, other)
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
    for (const other of this.#registry.torrents) {
      const theirs = other !== torrent && layoutOf(other)
      const { content } = other.phases.data
      if (!theirs || !content) continue
      for (const { ours, theirs: at } of roots.commonWith(theirs)) {
        const copy = { torrent: other, path: currentPath(other.phases.data, content, at), takenBytes: 0 }
        copies.set(ours, [...(copies.get(ours) ?? []), copy])
      }
    }
    return copies
  }

  #downloadOf(torrent: Torrent, running: Running, layout: PieceLayout): Download {
    const known = this.#downloads.get(torrent)
    if (known?.running === running) return known
    const waiting = this.#registry.torrents.filter(other => other !== torrent)
    const download = { running, roots: new FileRoots(layout), sources: new Map(), waiting }
    this.#downloads.set(torrent, download)
    running.transfer.picker.onBegun = piece => this.#begun(torrent, piece)
    return download
  }

  #compare(torrent: Torrent, download: Download, other: Torrent): void {
    const layout = layoutOf(other)
    const known = download.sources.get(other)
    if (!layout || download.sources.size >= MAX_SOURCES || (known && !known.isClosed)) return
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

  /** A torrent asks its own peers for a piece: the others do not. */
  #begun(torrent: Torrent, piece: number): void {
    if (this.#isClaiming) return
    for (const { sources } of this.#downloads.values()) sources.get(torrent)?.claim(piece)
  }
}

/** The layout of a torrent whose files may be shared; null for private torrents and those without v2 hashes. */
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
