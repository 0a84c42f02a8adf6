import type { NodeEvent } from '@shoal/api'
import { expect, test } from 'vitest'
import { EventHub } from './event-hub.ts'

const ID = 'a'.repeat(40)

function open() {
  const watched: string[] = []
  const hub = new EventHub()
  hub.addFamily('torrent', /^[0-9a-f]{40}$/, id => {
    if (id !== ID) throw Object.assign(new Error('no such torrent'), { code: 'not-found' })
    watched.push(`+${id[0]}`)
    return () => watched.push(`-${id[0]}`)
  })
  return { hub, watched }
}

const hubs: NodeEvent = { type: 'hubs' }

test('calls a listener until it unsubscribes; the same function can subscribe twice', () => {
  const { hub } = open()
  let count = 0
  const listener = () => count++
  const ends = [hub.subscribe('hubs', listener), hub.subscribe('hubs', listener)]
  hub.publish('hubs', hubs)
  expect(count).toBe(2)
  ends[0]!()
  ends[0]!()
  hub.publish('hubs', hubs)
  expect(count).toBe(3)
  ends[1]!()
  hub.publish('hubs', hubs)
  expect(count).toBe(3)
  expect(hub.hasListeners('hubs')).toBe(false)
})

test('a torrent is watched from the first to the last listener, repeatedly', () => {
  const { hub, watched } = open()
  const [a, b] = [hub.subscribe(`torrent:${ID}`, () => {}), hub.subscribe(`torrent:${ID}`, () => {})]
  a()
  expect(watched).toEqual(['+a'])
  b()
  b()
  hub.subscribe(`torrent:${ID}`, () => {})
  // A second call does not affect a later subscription.
  a()
  b()
  expect(watched).toEqual(['+a', '-a', '+a'])
  hub.close()
  expect(watched).toEqual(['+a', '-a', '+a', '-a'])
})

test('rejects unknown topics and torrents, and keeps no state for them', () => {
  const { hub } = open()
  for (const topic of ['films', 'torrent:x', `torrent:${ID} `, ''])
    expect(() => hub.subscribe(topic as 'hubs', () => {})).toThrow(
      expect.objectContaining({ code: 'bad-request', field: 'topics' }),
    )
  const other = `torrent:${'b'.repeat(40)}` as const
  expect(() => hub.subscribe(other, () => {})).toThrow(expect.objectContaining({ code: 'not-found' }))
  expect(hub.hasListeners(other)).toBe(false)
})

test('a listener may unsubscribe while it is called; events are serialized once', () => {
  const { hub } = open()
  const texts: string[] = []
  const end = hub.subscribe('hubs', ({ text }) => {
    end()
    texts.push(text())
  })
  hub.subscribe('hubs', ({ text }) => texts.push(text()))
  let made = 0
  const event = { type: 'hubs', toJSON: () => `${++made}` } as unknown as NodeEvent
  hub.publish('hubs', event)
  hub.publish('hubs', event)
  expect(texts).toEqual(['"1"', '"1"', '"2"'])
})
