import { expect, test } from 'vitest'
import { type EventOf, NodeEvent } from '../../events.ts'
import { OPERATIONS } from '../../operations.ts'
import { VirtualClock } from './clock.ts'
import { SimulatedNode, type SimulationOptions } from './simulated-node.ts'

const newNode = (options: SimulationOptions = {}) =>
  new SimulatedNode({ clock: new VirtualClock(), ...options })

test('answers match the contract', async () => {
  const { api, state } = newNode()
  const [id] = [...state.torrents.keys()] as [string]
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
    ['listFindable', {}],
    ['makeFindable', { id, license: 'CC0-1.0' }],
    ['getSettings', {}],
    ['getNode', {}],
    ['getStats', {}],
    ['getHistory', { range: 'month' }],
    ['listProtocols', {}],
    ['listFolders', {}],
    ['listLog', {}],
    ['getHealth', {}],
    ['getAccess', {}],
    ['listDevices', {}],
    ['dismissDeviceAlarms', {}],
    ['forgetDevices', {}],
    ['listPasskeys', {}],
    ['removePasskey', { id: 'c2ltdWxhdGVk' }],
    ['listSessions', {}],
    ['endSession', { id: 3 }],
    ['endOtherSessions', {}],
    ['listConversations', {}],
    ['searchMessages', { text: 'harbour' }],
    ['listKnownPeers', {}],
    ['previewTorrent', { source: `magnet:?xt=urn:btih:${'b'.repeat(40)}` }],
  ] as const
  for (const [name, input] of calls) {
    const answer = await (api[name] as (input: object) => Promise<unknown>)(input)
    const { error } = OPERATIONS[name].output.safeParse(answer)
    expect(error, name).toBe(undefined)
  }
})

test('the history of a fresh node begins empty and grows with its transfers', async () => {
  const fresh = newNode({ traffic: 'fresh' })
  const sum = async (range: 'hour' | 'day' | 'month' | 'year') =>
    (await fresh.api.getHistory({ range })).points.reduce((bytes, point) => bytes + point.uploadedBytes, 0)
  expect([await sum('hour'), await sum('day'), await sum('month'), await sum('year')]).toEqual([0, 0, 0, 0])
  expect(fresh.state.stats().allTime).toEqual({ downloadedBytes: 0, uploadedBytes: 0 })
  for (let second = 0; second < 30; second++) fresh.tick(1)
  const { uploadedBytes } = fresh.state.stats().session
  expect(uploadedBytes).toBeGreaterThan(0)
  expect(Math.abs((await sum('hour')) - uploadedBytes)).toBeLessThan(5)
})

test('a download completes with all pieces and files', async () => {
  const { state } = newNode()
  const torrent = [...state.torrents.values()].find(({ row }) => row.state === 'downloading')!
  for (let second = 0; second < 300_000 && torrent.row.state === 'downloading'; second += 100)
    torrent.tick(100, second)
  expect(torrent.row).toMatchObject({ state: 'seeding', progress: 1 })
  expect(torrent.listFiles().every(({ haveBytes, lengthBytes }) => haveBytes === lengthBytes)).toBe(true)
})

test('file progress matches torrent progress', async () => {
  const { state } = newNode()
  for (const torrent of state.torrents.values()) {
    const have = torrent.listFiles().reduce((sum, { haveBytes }) => sum + haveBytes, 0)
    expect(Math.abs(have - torrent.row.haveBytes)).toBeLessThanOrEqual(2 * torrent.pieceLengthBytes)
  }
})

test('rejects what a real node rejects', async () => {
  const { api } = newNode({ torrents: 0 })
  await expect(api.getTorrent({ id: 'nothing' })).rejects.toMatchObject({ code: 'bad-request', field: 'id' })
  await expect(api.getTorrent({ id: 'a'.repeat(40) })).rejects.toMatchObject({ code: 'not-found' })
  await expect(api.addTorrent({ source: 'what?' })).rejects.toMatchObject({ code: 'unknown-identifier' })
  await expect(api.listFolders({ path: '/etc' })).rejects.toMatchObject({ code: 'forbidden-path' })
})

test('a search finds rows of its own and of others one after the other, counts seeds, and ends', async () => {
  const node = newNode()
  const { api } = node
  const heard: EventOf<'search'>[] = []
  node.on(event => {
    if (event.type === 'search') heard.push(event)
  })
  const started = await api.startSearch({ text: 'harbour' })
  const { id } = started
  const rows = new Map(started.rows.map(row => [row.id, row]))
  const isDone = () => heard.at(-1)?.done && heard.at(-1)!.order.every(each => !rows.get(each)?.counting)
  await expect
    .poll(() => {
      for (const event of heard) for (const row of event.rows) rows.set(row.id, row)
      return isDone()
    })
    .toBe(true)
  for (const event of heard) expect(NodeEvent.safeParse(event).error).toBe(undefined)
  expect(heard.map(({ after }) => after)).toEqual([1, ...heard.slice(0, -1).map(({ revision }) => revision)])
  expect(heard.length).toBeGreaterThan(3)
  const last = heard.at(-1)!.order
  expect(last.length).toBeGreaterThan(started.order.length)
  expect([...rows.keys()].sort()).toEqual(last.toSorted())
  const read = await api.readSearch({ id })
  expect(OPERATIONS.readSearch.output.safeParse(read).error).toBe(undefined)
  expect(new Map(read.rows.map(row => [row.id, row]))).toEqual(rows)
  // The seeds of the best rows are counted, and of more on request.
  const uncounted = (ids: readonly string[]) =>
    ids.filter(each => rows.get(each)!.publisher && rows.get(each)!.seeds === null)
  expect(uncounted(last.slice(0, 20))).toEqual([])
  const [asked] = uncounted(last)
  const count = heard.length
  await api.probeSearch({ id, rows: [asked!] })
  const told = () => heard.slice(count).flatMap(event => event.rows.filter(row => row.id === asked))
  await expect.poll(() => told().map(({ counting }) => counting)).toEqual([true, false])
  expect(told().at(-1)!.seeds).not.toBeNull()
  // A row of a blocked publisher is hidden at once, and comes back.
  const other = read.rows.find(({ publisher }) => publisher)!
  const { did } = other.publisher!
  await api.blockPublisher({ did })
  expect(heard.at(-1)).toMatchObject({ network: { hidden: 1 } })
  expect(heard.at(-1)!.order).not.toContain(other.id)
  await api.unblockPublisher({ did })
  expect(heard.at(-1)).toMatchObject({ rows: [{ id: other.id }] })
  await api.endSearch({ id })
  await expect(api.readSearch({ id })).rejects.toMatchObject({ code: 'not-found' })
})
