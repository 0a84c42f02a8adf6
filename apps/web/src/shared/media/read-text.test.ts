import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { decodeText, MAX_TEXT_BYTES, readText } from './read-text.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  onTestFinished(() => void server.close())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const signal = new AbortController().signal

test('UTF-8 is read, also when the cut falls within a character', () => {
  const bytes = new TextEncoder().encode('naïve €')
  expect(decodeText(bytes, false)?.text).toBe('naïve €')
  expect(decodeText(bytes.subarray(0, -1), true)?.text).toBe('naïve ')
})

test('what is not UTF-8 is read as Windows-1252, and what has zeros is not text', () => {
  expect(decodeText(Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x20, 0x80), false)?.text).toBe('café €')
  expect(decodeText(Uint8Array.of(0x50, 0x4b, 0, 1), false)).toBeNull()
})

test('of a large file only the beginning is asked for', async () => {
  const asked: (string | undefined)[] = []
  const url = await serve((request, response) => {
    asked.push(request.headers.range)
    response.writeHead(206).end('beginning')
  })
  expect(await readText(url, 50_000_000, signal)).toEqual({ text: 'beginning', shownBytes: 9 })
  expect(asked).toEqual([`bytes=0-${MAX_TEXT_BYTES - 1}`])
})

test('a server that ignores ranges is read no further than the bound', async () => {
  const url = await serve((_, response) => response.end('x'.repeat(3 * MAX_TEXT_BYTES)))
  expect((await readText(url, 3 * MAX_TEXT_BYTES, signal))?.shownBytes).toBe(MAX_TEXT_BYTES)
})

test('a refusal is an error, and an empty file an empty text', async () => {
  const url = await serve((_, response) => response.writeHead(503).end())
  await expect(readText(url, 10, signal)).rejects.toThrow('503')
  expect(await readText(url, 0, signal)).toEqual({ text: '', shownBytes: 0 })
})
