import type { ChokerPeer } from '../choker.ts'

/** A peer that wants a slot, and has given and taken nothing. */
export function chokerPeer(id: number, changes: Partial<ChokerPeer> = {}): ChokerPeer {
  return {
    ...{ id, interested: true, unchoked: false, snubbed: false, owes: false, uploadOnly: false },
    ...{ downloadBytesPerSecond: 0, uploadBytesPerSecond: 0, uploadedBytes: 0, progress: 0.5 },
    ...changes,
  }
}
