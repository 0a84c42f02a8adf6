import { skipBytes } from './fs.node.ts'

/** Views of `length` bytes of the buffers, one after the other, from `begin`. */
export function takeBytes(buffers: readonly Uint8Array[], begin: number, length: number): Uint8Array[] {
  const taken = skipBytes(buffers, begin)
  for (let index = 0; index < taken.length; index++) {
    const buffer = taken[index]!
    if (buffer.length >= length) {
      taken[index] = buffer.subarray(0, length)
      taken.length = index + 1
      break
    }
    length -= buffer.length
  }
  return taken
}
