import type { FileCopy } from '../api.ts'
import type { ActiveTorrents } from './active-torrents.ts'
import type { Registry } from './registry.ts'
import type { TorrentHooks } from './torrent/phases.ts'
import type { Torrent } from './torrent/torrent.ts'

/**
 * The services of a session to one torrent. A class, since closures for each of ten thousand
 * torrents take five times the memory.
 */
export class SessionHooks implements TorrentHooks {
  /** Set right after the torrent has been created with these hooks. */
  torrent!: Torrent
  readonly #registry: Registry
  readonly #active: ActiveTorrents

  constructor(registry: Registry, active: ActiveTorrents) {
    this.#registry = registry
    this.#active = active
  }

  get paths(): TorrentHooks['paths'] {
    return this.#registry.shared.paths
  }

  register(): boolean {
    return this.#registry.add(this.torrent)
  }

  forget(): void {
    this.#registry.remove(this.torrent)
  }

  setActive(active: boolean): void {
    this.#active.set(this.torrent, active)
  }

  filesChanged(): void {
    this.#registry.shared.changed(this.torrent)
  }

  shareFiles(): void {
    this.#registry.shared.share(this.torrent)
  }

  pieceArrived(piece: number): void {
    this.#registry.shared.arrived(this.torrent, piece)
  }

  copiesOf(file: number): readonly FileCopy[] {
    return this.#registry.shared.copiesOf(this.torrent, file)
  }
}
