import { ListTorrents, type Torrent } from '@shoal/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyDetail } from '../../testing/empty-detail.ts'
import { createFilter, createSorter, sortedPage, takePage } from './list-queries.ts'

function torrent(id: string, more: Partial<Torrent> = {}): Torrent {
  const seeding = { state: 'seeding', progress: 1, totalBytes: 10, wantedBytes: 10, haveBytes: 10 } as const
  return { ...emptyDetail(id, id), infoHashV1: null, ...seeding, fileCount: 1, addedMs: 0, ...more }
}

const query = (more: object = {}) => ListTorrents.parse(more)
const names = (torrents: Torrent[], more: object) =>
  torrents.filter(createFilter(query(more))).map(({ name }) => name)

test('filters by state, groups of states, label, tag and words of the name', () => {
  const all = [
    torrent('a', { name: 'Debian 12 DVD', label: 'linux', tags: ['iso'] }),
    torrent('b', { name: 'Film', state: 'downloading', haveBytes: 3, downloadBytesPerSecond: 5 }),
    torrent('c', { name: 'Debian 13', state: 'metadata', wantedBytes: null, haveBytes: 0 }),
  ]
  expect(names(all, { state: 'downloading' })).toEqual(['Film'])
  expect(names(all, { state: 'active' })).toEqual(['Film'])
  expect(names(all, { state: 'unfinished' })).toEqual(['Film', 'Debian 13'])
  expect(names(all, { state: 'finished' })).toEqual(['Debian 12 DVD'])
  expect(names(all, { state: 'inactive' })).toEqual(['Debian 12 DVD', 'Debian 13'])
  expect(names(all, { label: 'linux' })).toEqual(['Debian 12 DVD'])
  expect(names(all, { label: '' })).toEqual(['Film', 'Debian 13'])
  expect(names(all, { tag: 'iso' })).toEqual(['Debian 12 DVD'])
  expect(names(all, { text: '13 debian' })).toEqual(['Debian 13'])
})

test('what is paused is in one group, complete or not; `complete` has those that nobody gets', () => {
  const all = [
    torrent('part', { state: 'paused', haveBytes: 3 }),
    torrent('whole', { state: 'complete' }),
    torrent('runs'),
  ]
  expect(names(all, { state: 'paused' })).toEqual(['part', 'whole'])
  expect(names(all, { state: 'complete' })).toEqual(['whole'])
})

test('filters by the reason why nothing arrives, and by tracker', () => {
  const downloading = { state: 'downloading', haveBytes: 3 } as const
  const all = [
    torrent('alone', { ...downloading, reason: 'no-peers' }),
    torrent('refused', {
      ...downloading,
      reason: 'tracker-error',
      trackersFail: true,
      trackerHosts: ['a.example', 'b.example'],
    }),
    torrent('choked', { ...downloading, reason: 'stalled', trackerHosts: ['b.example'] }),
    torrent('mended', { ...downloading, reason: 'changed-files' }),
    torrent('unreachable', { reason: 'tracker-error', trackersFail: true, trackerHosts: ['a.example'] }),
    torrent('well', { trackersFail: true, trackerHosts: ['c.example'] }),
  ]
  expect(names(all, { state: 'stalled' })).toEqual(['alone', 'refused', 'choked'])
  expect(names(all, { state: 'no-peers' })).toEqual(['alone', 'refused'])
  expect(names(all, { state: 'tracker-error' })).toEqual(['refused', 'unreachable', 'well'])
  expect(names(all, { tracker: 'B.example' })).toEqual(['refused', 'choked'])
  expect(names(all, { tracker: '' })).toEqual(['alone', 'mended'])
  expect(names(all, { tracker: 'example' })).toEqual([])
})

test('unknown values come last in either order', () => {
  const all = [torrent('a', { ratio: null }), torrent('b', { ratio: 2 }), torrent('c', { ratio: 1 })]
  const ids = (order: string) =>
    [...all].sort(createSorter(query({ sort: 'ratio', order }))).map(({ id }) => id)
  expect(ids('ascending')).toEqual(['c', 'b', 'a'])
  expect(ids('descending')).toEqual(['b', 'c', 'a'])
})

test('names are sorted naturally, with numbers by value', () => {
  const all = ['File 10', 'file 9', 'Äpfel', 'Zebra'].map(name => torrent(name))
  const sorted = all.sort(createSorter(query({ sort: 'name', order: 'ascending' }))).map(({ name }) => name)
  expect(sorted).toEqual(['Äpfel', 'file 9', 'File 10', 'Zebra'])
})

test('all pages together are the list, each item once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 20 }), (count, limit) => {
      const all = Array.from({ length: count }, (_, at) => torrent(`${at}`))
      const seen = []
      let cursor: string | undefined
      do {
        const page = takePage(all, { cursor, limit })
        expect(page.total).toBe(count)
        seen.push(...page.items)
        cursor = page.next ?? undefined
      } while (cursor !== undefined)
      expect(seen).toEqual(all)
    }),
  )
})

test('a page from a partial sort equals one from a full sort', () => {
  const list = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 })
  fc.assert(
    fc.property(
      list,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 5 }),
      (peers, limit, pages) => {
        const all = peers.map((count, at) => torrent(`${at}`, { peers: count }))
        const compare = createSorter(query({ sort: 'peers' }))
        const sorted = [...all].sort(compare)
        let cursor: string | undefined
        for (let page = 0; page <= pages; page++) {
          const found = sortedPage([...all], compare, { cursor, limit })
          expect(found).toEqual(takePage(sorted, { cursor, limit }))
          if (found.next === null) return
          cursor = found.next
        }
      },
    ),
  )
})

test('a page continues after the last item, even if items were inserted before it or it is gone', () => {
  const all = ['a', 'b', 'c', 'd'].map(id => torrent(id))
  const { next } = takePage(all, { limit: 2 })
  const ids = (list: Torrent[]) => takePage(list, { cursor: next!, limit: 2 }).items.map(({ id }) => id)
  expect(ids([torrent('new'), ...all])).toEqual(['c', 'd'])
  expect(ids(all.filter(({ id }) => id !== 'b'))).toEqual(['d'])
})

test.each(['x', '-1.a', '', '1'])('rejects the cursor %j', cursor => {
  expect(() => takePage([], { cursor, limit: 1 })).toThrow(/cursor/)
})
