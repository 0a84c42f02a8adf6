import type { SourceShare } from '@shoal/api'
import { SOURCE_KINDS, type SourceKind } from '@shoal/api'
import type { PeerStatus, TorrentFile } from '@shoal/torrent'

type Given = Pick<PeerStatus, 'kind' | 'address' | 'downloadedBytes'>

/** Rates of copies from the disk are measured over at least this time. */
const MEASURED_MS = 500

/**
 * Counts the bytes that a torrent received from each kind of source since the node started,
 * including disconnected ones.
 */
export class SourceTotals {
  readonly #gone = new Map<SourceKind, number>()
  /** Bytes of each web seed at the last check: they restart from 0 after a check of the files. */
  readonly #webSeeds = new Map<string, { readonly kind: SourceKind; readonly bytes: number }>()
  #disk = { bytes: 0, bytesPerSecond: 0, atMs: 0 }

  /** Call it when a peer has disconnected. */
  closed(peer: Given): void {
    if (peer.kind !== 'webseed') this.#add(kindOf(peer), peer.downloadedBytes)
  }

  /**
   * One entry for each kind that is connected or has given something, in the order of SOURCE_KINDS.
   */
  shares(peers: readonly PeerStatus[], files: readonly TorrentFile[], nowMs: number): SourceShare[] {
    const shares = new Map<SourceKind, Writable<SourceShare>>()
    const share = (kind: SourceKind) => {
      const found = shares.get(kind) ?? { kind, sources: 0, downloadedBytes: 0, downloadBytesPerSecond: 0 }
      shares.set(kind, found)
      return found
    }
    this.#noteWebSeeds(peers)
    for (const peer of peers) {
      const its = share(kindOf(peer))
      its.sources++
      its.downloadedBytes += peer.downloadedBytes
      its.downloadBytesPerSecond += Math.round(peer.downloadBytesPerSecond)
    }
    for (const [kind, bytes] of this.#gone) share(kind).downloadedBytes += bytes
    const copied = this.#copied(files, nowMs)
    if (copied.bytes > 0)
      shares.set('disk', {
        kind: 'disk',
        sources: copied.torrents,
        downloadedBytes: copied.bytes,
        downloadBytesPerSecond: Math.round(this.#disk.bytesPerSecond),
      })
    return SOURCE_KINDS.flatMap(kind => shares.get(kind) ?? [])
  }

  #noteWebSeeds(peers: readonly Given[]): void {
    const present = new Map<string, { readonly kind: SourceKind; readonly bytes: number }>()
    for (const peer of peers)
      if (peer.kind === 'webseed')
        present.set(peer.address, { kind: kindOf(peer), bytes: peer.downloadedBytes })
    for (const [address, { kind, bytes }] of this.#webSeeds)
      if ((present.get(address)?.bytes ?? -1) < bytes) this.#add(kind, bytes)
    this.#webSeeds.clear()
    for (const [address, noted] of present) this.#webSeeds.set(address, noted)
  }

  #copied(files: readonly TorrentFile[], nowMs: number): { bytes: number; torrents: number } {
    let bytes = 0
    const torrents = new Set<unknown>()
    for (const file of files)
      for (const { torrent, takenBytes } of file.copies) {
        bytes += takenBytes
        if (takenBytes > 0) torrents.add(torrent)
      }
    const passedMs = nowMs - this.#disk.atMs
    if (passedMs >= MEASURED_MS) {
      const bytesPerSecond = this.#disk.atMs === 0 ? 0 : ((bytes - this.#disk.bytes) * 1000) / passedMs
      this.#disk = { bytes, bytesPerSecond: Math.max(0, bytesPerSecond), atMs: nowMs }
    }
    return { bytes, torrents: torrents.size }
  }

  #add(kind: SourceKind, bytes: number): void {
    if (bytes > 0) this.#gone.set(kind, (this.#gone.get(kind) ?? 0) + bytes)
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

function kindOf({ kind, address }: Given): SourceKind {
  if (kind === 'webseed') return /^ftp:/i.test(address) ? 'ftp' : 'webseed'
  return SOURCE_KINDS.find(known => known === kind) ?? 'other'
}
