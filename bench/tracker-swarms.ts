/** Info hashes of the benchmark's torrents: the same in every process. */

const hash = new Uint8Array(20)
const view = new DataView(hash.buffer)

/** Returns the info hash of torrent `number`. The next call overwrites its bytes. */
export function swarmHash(number: number): Uint8Array {
  view.setUint32(0, Math.imul(number + 1, 0x9e3779b1))
  view.setUint32(4, number)
  view.setUint32(8, Math.imul(number + 7, 0x85ebca6b))
  view.setUint32(16, ~number)
  return hash
}

export function swarmHashes(count: number): string[] {
  return Array.from({ length: count }, (_, number) => Buffer.from(swarmHash(number)).toString('hex'))
}
