import type { BlockSupplier } from '../pieces/block-supplier.ts'
import type { Peer } from './peer.ts'

/** All sources of blocks of one swarm: its peers, and others such as web seeds. */
export class Sources {
  readonly peers = new Map<number, Peer>()
  readonly suppliers = new Map<number, BlockSupplier>()
  #nextId = 1
  #paused = false

  /** Returns a number that no source of this swarm has had before. */
  nextId(): number {
    return this.#nextId++
  }

  /** Adds a source that is not a peer. It starts at once, unless the swarm is paused. */
  addSupplier(supplier: BlockSupplier): void {
    this.suppliers.set(supplier.id, supplier)
    if (this.#paused) supplier.pause()
    else supplier.fill()
  }

  /**
   * Removes and closes a source that is not a peer: the blocks requested from it become available
   * to others.
   */
  removeSupplier(supplier: BlockSupplier): void {
    if (this.suppliers.delete(supplier.id)) supplier.close()
  }

  /** The address by which a source is remembered after it is removed. */
  keyOf(sourceId: number): string {
    const peer = this.peers.get(sourceId)
    return peer?.link.connection.remote.host ?? this.suppliers.get(sourceId)?.key ?? String(sourceId)
  }

  /** Cancels a request: another source delivered the block first. */
  cancelBlock(sourceId: number, block: number): void {
    const peer = this.peers.get(sourceId)
    if (peer) peer.download.cancel(block)
    else this.suppliers.get(sourceId)?.cancelBlock(block)
  }

  /** Whether any peer wants pieces of ours. */
  get hasInterestedPeer(): boolean {
    for (const { flags } of this.peers.values()) if (flags.peerInterested) return true
    return false
  }

  /** Whether a suspect (see Parole) could deliver, but has no requests. */
  get hasIdleSuspect(): boolean {
    for (const { pieces, download } of this.peers.values())
      if (pieces.onParole && pieces.mayRequest && download.asked === 0) return true
    return false
  }

  /** Lets every source request more blocks, as far as it may. */
  fill(): void {
    for (const peer of this.peers.values()) peer.download.fill()
    for (const supplier of this.suppliers.values()) supplier.fill()
  }

  /** Checks which peers have pieces that we want, then lets every source request more blocks. */
  updateInterest(): void {
    for (const peer of [...this.peers.values()]) peer.updateInterest()
    this.fill()
  }

  /** Disconnects all peers and stops the others until `resume`. */
  pause(): void {
    this.#paused = true
    for (const supplier of this.suppliers.values()) supplier.pause()
    this.#closePeers()
  }

  resume(): void {
    this.#paused = false
    for (const supplier of this.suppliers.values()) supplier.resume()
  }

  close(): void {
    for (const supplier of this.suppliers.values()) supplier.close()
    this.#closePeers()
  }

  #closePeers(): void {
    for (const peer of [...this.peers.values()]) peer.close(undefined, true)
  }
}
