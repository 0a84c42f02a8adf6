import { expect, test } from 'vitest'
import { type HistoryApi, isSealedHistory, readHistory, writeHistory } from './index.ts'

const conversation = (id: number) => JSON.stringify({ type: 'conversation', id: `${id}` })
const message = (id: number) => JSON.stringify({ type: 'message', id: `${id}`, body: 'x'.repeat(100_000) })
/** Three blocks of 1.2 MB, the last one incomplete. */
const blocks = [1, 2, 3].map(id => [conversation(id), ...Array.from({ length: 12 }, (_, at) => message(at))])

/** A device with this history. */
class Device implements HistoryApi {
  readonly imported: string[] = []
  calls = 0

  async exportHistory({ after }: { after?: string | undefined }) {
    const at = Number(after ?? 0)
    this.calls++
    const next = at + 1 < blocks.length ? `${at + 1}` : null
    return { lines: blocks[at]!.map(line => `${line}\n`).join(''), next, total: 30 }
  }
  async importHistory({ lines }: { lines: string }) {
    this.imported.push(lines)
    return { added: 1 }
  }
}

const bytesOf = async (stream: ReadableStream<Uint8Array>) =>
  new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())
const streamOf = (bytes: Uint8Array<ArrayBuffer>) => new Blob([bytes]).stream() as ReadableStream<Uint8Array>

test.each([null, 'six words'])('writes and reads a history in parts (passphrase: %s)', async passphrase => {
  const device = new Device()
  const told: (readonly [number, number | null])[] = []
  const options = {
    ...{ passphrase, workFactor: 8 },
    onProgress: (messages: number, total: number | null) => void told.push([messages, total]),
  }
  const file = await bytesOf(await writeHistory(device, options))
  expect(isSealedHistory(file)).toBe(passphrase !== null)
  expect(told).toEqual([
    [12, 30],
    [24, 30],
    [36, 36],
  ])
  expect(await readHistory(device, streamOf(file), options)).toEqual({ messages: 36, added: 3 })
  expect(device.imported).toEqual(blocks.map(block => block.join('\n')))
  if (passphrase === null) return
  await expect(readHistory(device, streamOf(file), { passphrase: 'other' })).rejects.toMatchObject({
    code: 'wrong-passphrase',
  })
})

test('asks for no more than is written, and stops when it is cancelled', async () => {
  const device = new Device()
  const stopping = new AbortController()
  const reader = (await writeHistory(device, { passphrase: null, signal: stopping.signal })).getReader()
  expect(device.calls).toBe(0)
  await reader.read()
  expect(device.calls).toBe(1)
  stopping.abort()
  await expect(reader.read()).rejects.toThrow()
  expect(device.calls).toBe(1)
  const file = new TextEncoder().encode(blocks.flat().join('\n'))
  const options = { passphrase: null, signal: stopping.signal }
  await expect(readHistory(device, streamOf(file), options)).rejects.toThrow()
  expect(device.imported).toEqual([])
})

test('refuses what is not a history before it fills the memory', async () => {
  const endless = new ReadableStream<Uint8Array>({
    pull: controller => controller.enqueue(new Uint8Array(50_000).fill(0x61)),
  })
  await expect(readHistory(new Device(), endless, { passphrase: null })).rejects.toMatchObject({
    code: 'bad-argument',
  })
})
