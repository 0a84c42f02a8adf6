import { seededRandom } from '../../packages/torrent/src/base/random.ts'
import type { Driver } from '../parser.ts'

/** Checks the types of a driver. */
export function driver<Input, Value>(
  run: (input: Input) => Value,
  encode?: (value: Awaited<Value>) => Uint8Array | string | null,
): Driver {
  return { run, ...(encode && { encode }) } as Driver
}

/** Splits a stream into chunks, like a network, of sizes that depend on its content. */
export function* chunks(bytes: Uint8Array): Generator<Uint8Array> {
  const sizes = seededRandom(bytes.length + (bytes[0] ?? 0))
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + sizes.below(sizes.below(3) === 0 ? 4 : 600)
    yield bytes.subarray(at, at + size)
    at += size
  }
}
