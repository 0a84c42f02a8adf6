import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openSink } from './sink.ts'

const PATH = 'sealing/one'
const BYTES = new Uint8Array(1_000_000).map((_, index) => index % 251)

/**
 * A file that stores this many bytes and drops the rest without an error, as in private windows of
 * Chromium.
 */
class Handle {
  readonly sizes: number[] = []
  readonly content = new Uint8Array(BYTES.length)
  isClosed = false
  readonly #room: number

  constructor(room: number) {
    this.#room = room
  }

  write(bytes: Uint8Array, { at }: { at: number }): number {
    const taken = bytes.subarray(0, Math.max(0, this.#room - at))
    this.content.set(taken, at)
    this.sizes.push(bytes.length)
    return taken.length
  }

  truncate(): void {}
  flush(): void {}

  close(): void {
    this.isClosed = true
  }
}

let handle: Handle
let removed: string[]

function folder(): unknown {
  return {
    getDirectoryHandle: async () => folder(),
    getFileHandle: async () => ({ createSyncAccessHandle: async () => handle }),
    removeEntry: async (name: string) => void removed.push(name),
  }
}

beforeEach(() => {
  removed = []
  handle = new Handle(BYTES.length)
  vi.stubGlobal('navigator', { storage: { estimate: async () => ({}), getDirectory: async () => folder() } })
})
afterEach(() => vi.unstubAllGlobals())

test('all of it is written, in steps that systems keep cheaply', async () => {
  const sink = await openSink(PATH, BYTES.length)
  sink.write(BYTES.subarray(0, 400_000))
  sink.write(BYTES.subarray(400_000))
  expect(sink.finish()).toBe(null)
  expect(Buffer.compare(handle.content, BYTES)).toBe(0)
  expect(Math.max(...handle.sizes)).toBeLessThanOrEqual(65_536)
})

test('a file that cannot grow reports missing space, and is deleted', async () => {
  handle = new Handle(500_000)
  const sink = await openSink(PATH, BYTES.length)
  expect(() => sink.write(BYTES)).toThrow(expect.objectContaining({ code: 'no-space' }))
  await sink.discard()
  expect([handle.isClosed, removed]).toEqual([true, ['one']])
})

test('where the browser says that it is full the file is deleted at once', async () => {
  handle.truncate = () => {
    throw new Error('NS_ERROR_FILE_NO_DEVICE_SPACE')
  }
  await expect(openSink(PATH, BYTES.length)).rejects.toMatchObject({ code: 'no-space' })
  expect(removed).toEqual(['one'])
})
