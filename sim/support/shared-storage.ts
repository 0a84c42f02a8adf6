import { ShoalError } from '../../packages/torrent/src/base/errors.ts'
import { BLOCK_BYTES } from '../../packages/torrent/src/metainfo/metainfo.ts'
import type { Storage } from '../../packages/torrent/src/storage/storage.ts'
import type { TestTorrent } from '../../packages/torrent/src/swarm/testing/test-torrent.ts'

/**
 * Storage of a simulated host. It tracks which blocks were written and reads them from a shared
 * copy, so that fifty downloads need the memory of one. Rejects bytes that differ from the
 * torrent's and thus were not verified.
 */
export function sharedStorage({ content, layout }: TestTorrent, complete: boolean): Storage {
  const blocks = new Uint8Array(Math.ceil(content.length / BLOCK_BYTES)).fill(complete ? 1 : 0)
  // Padding is never written.
  for (const { pad, offsetBytes, lengthBytes } of layout.files)
    if (pad)
      blocks.fill(
        1,
        Math.ceil(offsetBytes / BLOCK_BYTES),
        Math.ceil((offsetBytes + lengthBytes) / BLOCK_BYTES),
      )
  const range = (offset: number, length: number) =>
    [Math.floor(offset / BLOCK_BYTES), Math.ceil((offset + length) / BLOCK_BYTES)] as const
  const storage: Storage = {
    async read(offset, into) {
      const [first, end] = range(offset, into.length)
      if (blocks.subarray(first, end).includes(0))
        throw new ShoalError('not-found', `The bytes from ${offset} were never written`)
      into.set(content.subarray(offset, offset + into.length))
    },
    async readParts(offset, parts) {
      let at = offset
      for (const part of parts) {
        await storage.read(at, part)
        at += part.length
      }
    },
    async write(offset, bytes) {
      if (Buffer.compare(bytes, content.subarray(offset, offset + bytes.length)) !== 0)
        throw new ShoalError('io', `Wrong bytes were written at ${offset}`)
      const [first, end] = range(offset, bytes.length)
      blocks.fill(1, first, end)
    },
    async flush() {},
    async setWanted() {},
    async stamps() {
      return layout.files.map(() => ({ size: -1, mtimeNs: '0' }))
    },
    pathOf: () => null,
    segments: () => null,
    setReserving() {},
    async move() {},
    async rename() {},
    async remove() {},
    async close() {},
  }
  return storage
}
