import { expect, test } from 'vitest'
import type { ShareFile } from '../share-file.ts'
import { torrentSource } from './torrent-source.ts'

const CONTENT = Uint8Array.from({ length: 1000 }, (_, index) => index % 251)

/** A file that comes in chunks of 64 bytes; tells where it was read from. */
function chunked() {
  const begun: number[] = []
  const file: ShareFile = {
    index: 0,
    path: ['sealed.age'],
    lengthBytes: CONTENT.length,
    haveBytes: null,
    read({ start, end }) {
      begun.push(start)
      let at = start
      return new ReadableStream({
        pull(controller) {
          if (at >= end) return controller.close()
          controller.enqueue(CONTENT.slice(at, Math.min(at + 64, end)))
          at += 64
        },
      })
    },
  }
  return { begun, source: torrentSource(file) }
}

test('any part can be read; reading on uses the same stream', async () => {
  const { begun, source } = chunked()
  for (let at = 0; at < 900; at += 100)
    expect(await source.read(at, 100)).toEqual(CONTENT.subarray(at, at + 100))
  expect(await source.read(10, 5)).toEqual(CONTENT.subarray(10, 15))
  expect(await source.read(900, 100)).toEqual(CONTENT.subarray(900))
  expect(begun).toEqual([0, 10])
})

test('a reader that stops waiting receives the reason', async () => {
  const { source } = chunked()
  const abort = new AbortController()
  abort.abort(new Error('left'))
  await expect(source.read(0, 10, abort)).rejects.toThrow('left')
})
