import type { NodeEvent } from '@shoal/api'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EventConnection, waitMs } from './event-connection.ts'
import type { EventSink } from './link.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Channels that the test answers for the node. */
function newLink() {
  const opened: { topics: readonly string[]; sink: EventSink; sent: object[] }[] = []
  const openEvents = (topics: readonly string[], sink: EventSink) => {
    const sent: object[] = []
    opened.push({ topics, sink, sent })
    return { send: (message: object) => void sent.push(message), close: () => {} }
  }
  return { opened, link: { openEvents } }
}

const hello = { type: 'hello', revision: 1, startedMs: 1 } as const

test('a lost channel is opened again, after longer and longer waits', async () => {
  const { opened, link } = newLink()
  const connection = new EventConnection({ link, topics: ['torrents'], onEvent: () => {}, random: () => 1 })
  connection.open()
  for (const wait of [500, 1000, 2000]) {
    const count = opened.length
    opened.at(-1)!.sink.lost()
    await vi.advanceTimersByTimeAsync(wait - 1)
    expect(opened.length).toBe(count)
    await vi.advanceTimersByTimeAsync(1)
    expect(opened.length).toBe(count + 1)
  }
  opened.at(-1)!.sink.received(hello)
  expect(connection.state.get()).toBe('online')
  opened.at(-1)!.sink.lost()
  await vi.advanceTimersByTimeAsync(500)
  expect(opened.length).toBe(5)
  connection.close()
})

test('waits never exceed fifteen seconds, and are spread', () => {
  expect(waitMs(50, () => 1)).toBe(15_000)
  expect(waitMs(50, () => 0)).toBe(7_500)
})

test('topics are subscribed while anybody listens, and again on the next channel', async () => {
  const { opened, link } = newLink()
  const connection = new EventConnection({ link, topics: ['stats'], onEvent: () => {}, random: () => 0 })
  connection.open()
  const ignore = () => {}
  const first = connection.listen('torrent:a', ignore)
  const second = connection.listen('torrent:a', ignore)
  first()
  first()
  expect(opened[0]!.sent).toEqual([{ subscribe: ['torrent:a'] }])
  opened[0]!.sink.lost()
  await vi.advanceTimersByTimeAsync(500)
  // Not in its address: a torrent that is gone would make the node refuse the channel.
  expect(opened[1]!.topics).toEqual(['stats'])
  second()
  // A topic that is always subscribed stays.
  connection.listen('stats', ignore)()
  expect(opened[1]!.sent).toEqual([{ subscribe: ['torrent:a'] }, { unsubscribe: ['torrent:a'] }])
  connection.close()
})

test('a listener receives the events of its topic, and hears when some may have been lost', async () => {
  const { opened, link } = newLink()
  const connection = new EventConnection({ link, topics: ['hubs'], onEvent: () => {}, random: () => 0 })
  connection.open()
  const heard: [string | null, string, boolean][] = []
  const listen = (topic: string | null) =>
    connection.listen(topic, ({ type }, hasMissed) => heard.push([topic, type, hasMissed]))
  const end = listen('torrent:a')
  listen(null)
  const receive = (event: NodeEvent) => opened.at(-1)!.sink.received(event)
  receive(hello)
  receive({ type: 'torrent', id: 'a' })
  receive({ type: 'torrent', id: 'b' })
  receive({ type: 'hubs' })
  receive({ type: 'resync' })
  opened[0]!.sink.lost()
  await vi.advanceTimersByTimeAsync(500)
  receive(hello)
  end()
  receive({ type: 'torrent', id: 'a' })
  expect(heard).toEqual([
    ['torrent:a', 'hello', false],
    [null, 'hello', false],
    ['torrent:a', 'torrent', false],
    [null, 'torrent', false],
    [null, 'torrent', false],
    [null, 'hubs', false],
    ['torrent:a', 'resync', true],
    [null, 'resync', true],
    ['torrent:a', 'hello', true],
    [null, 'hello', true],
    [null, 'torrent', false],
  ])
  connection.close()
})

test('events are missed before the first greeting, too, if a channel was lost', async () => {
  const { opened, link } = newLink()
  const connection = new EventConnection({ link, topics: [], onEvent: () => {}, random: () => 0 })
  const heard: boolean[] = []
  connection.open()
  connection.listen(null, (_event, hasMissed) => heard.push(hasMissed))
  opened[0]!.sink.lost()
  await vi.advanceTimersByTimeAsync(500)
  opened[1]!.sink.received(hello)
  expect(heard).toEqual([true])
  connection.close()
})

test('when the login is gone it is not tried again', async () => {
  const { opened, link } = newLink()
  const mayRetry = async () => false
  const connection = new EventConnection({ link, topics: [], onEvent: () => {}, mayRetry })
  connection.open()
  opened[0]!.sink.lost()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(opened.length).toBe(1)
  connection.open()
  expect(opened.length).toBe(2)
  connection.close()
})

test('a closed connection stays closed', async () => {
  const { opened, link } = newLink()
  const connection = new EventConnection({ link, topics: [], onEvent: () => {} })
  connection.open()
  connection.close()
  opened[0]!.sink.lost()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(opened.length).toBe(1)
})
