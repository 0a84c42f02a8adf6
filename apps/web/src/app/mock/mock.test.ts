import { OPERATIONS } from '@shoal/api'
import { afterEach, expect, test } from 'vitest'
import { mockLink, mockOptions } from './mock-link.ts'

const links: { close(): void }[] = []
afterEach(() => {
  for (const link of links.splice(0)) link.close()
})
function newLink(torrents = 24) {
  const link = mockLink({ traffic: 'calm', torrents, locked: false, dropAfterSeconds: null })
  links.push(link)
  return link
}

test('what it answers is what the contract says', async () => {
  const { api, world } = newLink()
  const [id] = [...world.torrents.keys()] as [string]
  const [feed] = [...world.feeds.keys()] as [string]
  const calls = [
    ['listTorrents', {}],
    ['getTorrent', { id }],
    ['listFiles', { id }],
    ['listPeers', { id }],
    ['listTrackers', { id }],
    ['getPieces', { id }],
    ['getTorrentHistory', { id }],
    ['listLabels', {}],
    ['listJobs', {}],
    ['search', { text: 'sea' }],
    ['listFeeds', {}],
    ['listFeedItems', { id: feed }],
    ['getSettings', {}],
    ['getNode', {}],
    ['getStats', {}],
    ['getHistory', { range: 'month' }],
    ['listProtocols', {}],
    ['listFolders', {}],
    ['listLog', {}],
    ['getHealth', {}],
    ['getAccess', {}],
    ['listKnownPeers', {}],
    ['previewTorrent', { source: `magnet:?xt=urn:btih:${'b'.repeat(40)}` }],
  ] as const
  for (const [name, input] of calls) {
    const answer = await (api[name] as (input: object) => Promise<unknown>)(input)
    const { error } = OPERATIONS[name].output.safeParse(answer)
    expect(error, name).toBe(undefined)
  }
})

test('a node that was never used has moved nothing, then what it moves', async () => {
  const fresh = mockLink({ traffic: 'fresh', torrents: 24, locked: false, dropAfterSeconds: null })
  const sum = async (range: 'hour' | 'day' | 'month' | 'year') =>
    (await fresh.api.getHistory({ range })).points.reduce((bytes, point) => bytes + point.uploadedBytes, 0)
  try {
    expect([await sum('hour'), await sum('day'), await sum('month'), await sum('year')]).toEqual([0, 0, 0, 0])
    expect(fresh.world.stats().allTime).toEqual({ downloadedBytes: 0, uploadedBytes: 0 })
    for (let second = 0; second < 30; second++) fresh.world.tick(1)
    const { uploadedBytes } = fresh.world.stats().session
    expect(uploadedBytes).toBeGreaterThan(0)
    expect(Math.abs((await sum('hour')) - uploadedBytes)).toBeLessThan(5)
  } finally {
    fresh.close()
  }
})

test('a download ends complete, with all pieces and files', async () => {
  const { world } = newLink()
  const torrent = [...world.torrents.values()].find(({ row }) => row.state === 'downloading')!
  for (let second = 0; second < 300_000 && torrent.row.state === 'downloading'; second += 100)
    torrent.tick(100, second)
  expect(torrent.row).toMatchObject({ state: 'seeding', progress: 1 })
  expect(torrent.listFiles().every(({ haveBytes, lengthBytes }) => haveBytes === lengthBytes)).toBe(true)
})

test('half of it is there when half of its pieces are', async () => {
  const { world } = newLink()
  for (const torrent of world.torrents.values()) {
    const have = torrent.listFiles().reduce((sum, { haveBytes }) => sum + haveBytes, 0)
    expect(Math.abs(have - torrent.row.haveBytes)).toBeLessThanOrEqual(2 * torrent.pieceLengthBytes)
  }
})

test('it refuses what the node would refuse', async () => {
  const { api } = newLink(0)
  await expect(api.getTorrent({ id: 'nothing' })).rejects.toMatchObject({ code: 'bad-request', field: 'id' })
  await expect(api.getTorrent({ id: 'a'.repeat(40) })).rejects.toMatchObject({ code: 'not-found' })
  await expect(api.addTorrent({ source: 'what?' })).rejects.toMatchObject({ code: 'unknown-identifier' })
  await expect(api.listFolders({ path: '/etc' })).rejects.toMatchObject({ code: 'forbidden-path' })
})

test('the address says what it simulates', () => {
  const options = (text: string) => mockOptions(new URLSearchParams(text))
  expect(options('mock')).toEqual({ traffic: 'calm', torrents: 24, locked: false, dropAfterSeconds: null })
  expect(options('mock=busy&torrents=70000&locked&drop=5')).toEqual({
    traffic: 'busy',
    torrents: 20_000,
    locked: true,
    dropAfterSeconds: 5,
  })
  expect(options('mock=fresh&torrents=x').torrents).toBe(0)
})
