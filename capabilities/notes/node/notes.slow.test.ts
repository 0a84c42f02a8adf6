import { DEFAULT_SETTINGS } from '@shoal/api'
import { nodeForTest } from '@shoal/node/node/testing/for-test.ts'
import { expect, test } from 'vitest'

const ID = 'ab'.repeat(20)
const NONE = { text: '', changedMs: null }

test('a note stays with its torrent over a restart, and goes with it', async () => {
  const first = await nodeForTest()
  await first.operations.addTorrent({ source: `magnet:?xt=urn:btih:${ID}`, paused: true })
  expect(await first.operations.getNote({ id: ID })).toEqual(NONE)
  const told: unknown[] = []
  first.kernel.events.subscribe(`torrent:${ID}`, ({ event }) => told.push(event))
  const written = await first.operations.putNote({ id: ID, text: 'For Anna,\nby Friday' })
  expect(written).toEqual({ text: 'For Anna,\nby Friday', changedMs: expect.any(Number) })
  expect(told).toContainEqual({ type: 'note', id: ID })

  const second = await first.restart()
  expect(await second.operations.getNote({ id: ID })).toEqual(written)

  const add = () => second.operations.addTorrent({ source: `magnet:?xt=urn:btih:${ID}`, paused: true })
  await second.operations.actOnTorrents({ ids: [ID], action: 'remove' })
  await expect(second.operations.getNote({ id: ID })).rejects.toMatchObject({ code: 'not-found' })
  // Until it is forgotten, adding it again restores it.
  await add()
  expect(await second.operations.getNote({ id: ID })).toEqual(written)
  await second.operations.actOnTorrents({ ids: [ID], action: 'remove', undo: false })
  await add()
  expect(await second.operations.getNote({ id: ID })).toEqual(NONE)
})

test('an empty text removes a note, and one that is too long changes nothing', async () => {
  const { operations } = await nodeForTest()
  await operations.addTorrent({ source: `magnet:?xt=urn:btih:${ID}`, paused: true })
  const longest = DEFAULT_SETTINGS.notes.maxCharacters
  const kept = await operations.putNote({ id: ID, text: 'x'.repeat(longest) })
  await expect(operations.putNote({ id: ID, text: 'x'.repeat(longest + 1) })).rejects.toMatchObject({
    code: 'note-too-long',
    field: 'text',
  })
  expect(await operations.getNote({ id: ID })).toEqual(kept)
  await operations.changeSettings({ notes: { maxCharacters: 10 } })
  expect(await operations.getNote({ id: ID })).toEqual(kept)
  await expect(operations.putNote({ id: ID, text: 'eleven char' })).rejects.toThrow('at most 10')
  expect(await operations.putNote({ id: ID, text: '' })).toEqual(NONE)
})
