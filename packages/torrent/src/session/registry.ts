import { SharedFiles } from '#shared-files'
import { hex } from '../base/bytes.ts'
import type { Clock } from '../base/clock.ts'
import type { InfoHashes } from '../metainfo/metainfo.ts'
import { obfuscatedInfoHash } from '../wire/encryption/encryption.ts'
import type { Torrent } from './torrent/torrent.ts'

/**
 * The torrents of a session by each 20-byte hash that peers use for them: v1, and the first 20
 * bytes of v2 (BEP 52).
 */
export class Registry {
  readonly #byHash = new Map<string, Torrent>()
  /**
   * From the digest in an obfuscated handshake to the info hash; created when the first such
   * handshake arrives.
   */
  #obfuscated: Map<string, Uint8Array> | null = null
  readonly #all = new Set<Torrent>()
  readonly shared: SharedFiles

  constructor(clock: Clock) {
    this.shared = new SharedFiles(() => this.torrents, clock)
  }

  get torrents(): Torrent[] {
    return [...this.#all]
  }

  /** Changes the order in which the torrents are listed. */
  sort(compare: (a: Torrent, b: Torrent) => number): void {
    const sorted = this.torrents.sort(compare)
    this.#all.clear()
    for (const torrent of sorted) this.#all.add(torrent)
  }

  get size(): number {
    return this.#all.size
  }

  find(infoHash: Uint8Array): Torrent | undefined {
    return this.#byHash.get(hex(infoHash))
  }

  findAny(hashes: InfoHashes): Torrent | undefined {
    for (const hash of shortHashes(hashes)) {
      const torrent = this.find(hash)
      if (torrent) return torrent
    }
    return undefined
  }

  findObfuscated(digest: Uint8Array): Uint8Array | null {
    if (!this.#obfuscated) {
      this.#obfuscated = new Map()
      for (const torrent of this.#all) this.#addObfuscated(torrent)
    }
    return this.#obfuscated.get(hex(digest)) ?? null
  }

  /**
   * Registers the torrent under all its hashes. Does nothing and returns false if another torrent
   * that knows its metadata has one of them. A torrent without metadata, added by the other hash of
   * a hybrid torrent, yields.
   */
  add(torrent: Torrent): boolean {
    const hashes = shortHashes(torrent.infoHashes)
    const others = hashes.map(hash => this.find(hash)).filter(other => other && other !== torrent)
    if (others.some(other => other?.metainfo) || (others.length > 0 && !torrent.metainfo)) return false
    this.#all.add(torrent)
    for (const hash of hashes) this.#byHash.set(hex(hash), torrent)
    if (this.#obfuscated) this.#addObfuscated(torrent)
    for (const other of others) other?.phases.yieldTo()
    return true
  }

  remove(torrent: Torrent): void {
    this.#all.delete(torrent)
    this.shared.removed(torrent)
    for (const hash of shortHashes(torrent.infoHashes)) {
      if (this.find(hash) !== torrent) continue
      this.#byHash.delete(hex(hash))
      this.#obfuscated?.delete(hex(obfuscatedInfoHash(hash)))
    }
  }

  #addObfuscated(torrent: Torrent): void {
    for (const hash of shortHashes(torrent.infoHashes))
      this.#obfuscated?.set(hex(obfuscatedInfoHash(hash)), hash)
  }
}

function shortHashes({ v1, v2 }: InfoHashes): Uint8Array[] {
  return [v1, v2?.subarray(0, 20)].filter(hash => hash !== undefined)
}
