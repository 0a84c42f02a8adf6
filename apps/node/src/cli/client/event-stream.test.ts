import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readEvents } from './event-stream.ts'

async function read(text: string, cuts: readonly number[] = []) {
  const bytes = new TextEncoder().encode(text)
  const places = [0, ...cuts.map(cut => cut % bytes.length).sort((a, b) => a - b), bytes.length]
  async function* chunks() {
    for (let at = 1; at < places.length; at++) yield bytes.subarray(places[at - 1], places[at])
  }
  const events = []
  for await (const event of readEvents(chunks())) events.push(event)
  return events
}
const HELLO = { type: 'hello', revision: 1, startedMs: 2 } as const
const LOG = {
  type: 'log',
  entries: [{ id: 1, atMs: 1, level: 'info', torrent: null, message: 'Größe ✓ 写真' }],
} as const
const message = (event: object) => `event: x\ndata: ${JSON.stringify(event)}\n\n`

describe('events of a node', () => {
  test('are complete, however the stream is split', async () => {
    const text = `retry: 1000\n\n: heartbeat\n\n${message(HELLO)}${message(LOG)}`
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(10_000), { maxLength: 20 }), async cuts => {
        expect(await read(text, cuts)).toEqual([HELLO, LOG])
      }),
    )
  })

  test('may have CRLF and data on several lines', async () => {
    expect(await read(message(HELLO).replaceAll('\n', '\r\n'))).toEqual([HELLO])
    expect(await read('data: {"type":\ndata:"settings"}\n\n')).toEqual([{ type: 'settings' }])
  })

  test('of unknown kinds are skipped', async () => {
    expect(await read(`${message({ type: 'news' })}${message(HELLO)}`)).toEqual([HELLO])
  })

  test('an invalid event is an error', async () => {
    await expect(read('data: <html>\n\n')).rejects.toMatchObject({ code: 'bad-answer' })
  })

  test('an incomplete event at the end is dropped', async () => {
    expect(await read(`${message(HELLO)}data: {"type"`)).toEqual([HELLO])
  })
})
