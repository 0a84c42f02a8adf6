import { blobSource, OpenedShare } from '@shoal/sealed'
import { expect, test } from 'vitest'
import { PeerError } from '../../../shared/engine/failure.ts'
import { sealFiles } from './seal-files.ts'
import { openSink, type Sink } from './sink.ts'

const CONTENT = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251)
const file = (bytes: Uint8Array = CONTENT) => new File([bytes as Uint8Array<ArrayBuffer>], 'a.bin')
const orderOf = (chosen: Blob) => ({
  files: [{ path: ['Trip', 'a.bin'], file: chosen }],
  to: { by: 'key' as const },
  path: null,
})

/** Counts what happens to it. */
class CountingSink implements Sink {
  readonly openedBytes: number[] = []
  writtenBytes = 0
  discarded = 0
  readonly #fails: boolean

  constructor({ fails = false } = {}) {
    this.#fails = fails
  }

  open = async (_: string | null, lengthBytes: number): Promise<Sink> => {
    this.openedBytes.push(lengthBytes)
    return this
  }

  write(bytes: Uint8Array): void {
    if (this.#fails) throw new PeerError({ code: 'no-space', message: 'full' })
    this.writtenBytes += bytes.length
  }

  finish(): null {
    return null
  }

  async discard(): Promise<void> {
    this.discarded++
  }
}

test('what is sealed opens with its key, as it was', async () => {
  const shares: number[] = []
  const onProgress = (done: number, total: number) => void shares.push(done / total)
  const { signal } = new AbortController()
  const { key, blob } = await sealFiles(orderOf(file()), { openSink, onProgress, signal })
  const share = await OpenedShare.open(blobSource(blob!), { key: key! })
  const opened = await share.file(['Trip', 'a.bin'])
  expect(Buffer.compare(await opened.read(0, opened.lengthBytes), CONTENT)).toBe(0)
  expect(opened.modifiedMs).toBeGreaterThan(0)
  expect(shares.length).toBeGreaterThan(2)
  expect(shares.at(-1)).toBe(1)
})

test('all of its room is asked for first; where there is none nothing is left', async () => {
  const sink = new CountingSink({ fails: true })
  const context = { openSink: sink.open, onProgress: () => {}, signal: new AbortController().signal }
  await expect(sealFiles(orderOf(file()), context)).rejects.toMatchObject({ code: 'no-space' })
  expect(sink.openedBytes[0]).toBeGreaterThan(CONTENT.length)
  expect(sink.discarded).toBe(1)
})

test('who cancels leaves nothing', async () => {
  const sink = new CountingSink()
  const abort = new AbortController()
  const context = {
    openSink: sink.open,
    onProgress: () => abort.abort(new Error('left')),
    signal: abort.signal,
  }
  await expect(sealFiles(orderOf(file()), context)).rejects.toThrow('left')
  expect(sink.writtenBytes).toBeLessThan(sink.openedBytes[0]!)
  expect(sink.discarded).toBe(1)
})

test('a file that was changed meanwhile is named', async () => {
  const sink = new CountingSink()
  const changed = file()
  changed.slice = () => {
    throw new DOMException('', 'NotReadableError')
  }
  const context = { openSink: sink.open, onProgress: () => {}, signal: new AbortController().signal }
  await expect(sealFiles(orderOf(changed), context)).rejects.toThrow(/Trip\/a\.bin/)
  expect(sink.discarded).toBe(1)
})

test('without storage there is a bound', async () => {
  await expect(openSink(null, 2 ** 30)).rejects.toMatchObject({ code: 'no-space' })
})
