import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  type Answer,
  type CompatServer,
  compatServer,
  TOKEN,
} from '@shoal/node/node/server/compat/testing/compat-server.ts'
import { startIndexer } from '@shoal/node/node/server/compat/testing/indexer.ts'
import { strangeNames } from '@shoal/node/node/server/compat/testing/strange-names.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { TRANSMISSION_PATH, transmissionApi } from './plugin.ts'

let server: CompatServer
let sessionId = ''
const authorization = `Basic ${Buffer.from(`shoal:${TOKEN}`).toString('base64')}`

beforeAll(async () => {
  server = await compatServer(() => transmissionApi)
  sessionId = String((await post('{}', {})).headers['x-transmission-session-id'])
})
afterAll(() => server[Symbol.asyncDispose]())

function post(payload: string, headers: Record<string, string>): Promise<Answer> {
  return server.app.inject({
    method: 'POST',
    url: TRANSMISSION_PATH,
    payload,
    headers: { authorization, ...headers },
  })
}

async function rpc(method: string, args: unknown = {}, more: object = {}) {
  const payload = JSON.stringify({ method, arguments: args, ...more })
  const answer = await post(payload, { 'x-transmission-session-id': sessionId })
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

test('asks for a login, then for the session id, and returns both', async () => {
  const stranger = await server.app.inject({ method: 'POST', url: TRANSMISSION_PATH, payload: '{}' })
  expect(stranger.statusCode).toBe(401)
  expect(stranger.headers['www-authenticate']).toMatch(/^Basic realm=/)
  const wrong = await post('{}', { authorization: `Basic ${Buffer.from('shoal:no').toString('base64')}` })
  expect(wrong.statusCode).toBe(401)
  const first = await post('{}', {})
  expect(first.statusCode).toBe(409)
  expect(first.headers['x-transmission-session-id']).toMatch(/^[\w-]{48}$/)
  const get = await server.app.inject({
    url: TRANSMISSION_PATH,
    headers: { authorization, 'x-transmission-session-id': sessionId },
  })
  expect(get.statusCode).toBe(405)
})

test('accepts the session id as proof against cross-site requests', async () => {
  const origin = 'chrome-extension://abcdefgh'
  expect((await post('{}', { origin })).statusCode).toBe(409)
  const answer = await post('{"method":"session-get"}', { origin, 'x-transmission-session-id': sessionId })
  expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([200, undefined])
})

test('does not look at credentials of other sites without the session id', async () => {
  const site = { 'sec-fetch-site': 'cross-site' }
  const wrong = { ...site, authorization: `Basic ${Buffer.from('shoal:no').toString('base64')}` }
  for (let time = 0; time < 10; time++) {
    const answer = await server.app.inject({ url: TRANSMISSION_PATH, headers: wrong })
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([409, undefined])
  }
  const known = { ...site, 'x-transmission-session-id': sessionId }
  expect((await post('{"method":"session-get"}', known)).statusCode).toBe(200)
})

test('answers with the tag, and rejects unknown methods', async () => {
  expect(await rpc('session-close-the-door', {}, { tag: 42 })).toEqual({
    arguments: {},
    result: 'method name not recognized',
    tag: 42,
  })
  expect(await rpc('session-get', { fields: ['rpc-version', 'nonsense'] }, { tag: 7 })).toEqual({
    arguments: { 'rpc-version': 17 },
    result: 'success',
    tag: 7,
  })
})

test('finds torrents by number, hash, list and recent activity; as objects and as a table', async () => {
  const metainfo = (await server.torrent('album', { 'a.mp3': 40_000, 'b.mp3': 100 })).toString('base64')
  const added = await rpc('torrent-add', {
    metainfo,
    paused: true,
    labels: ['music', 'live'],
    'files-unwanted': [1],
  })
  const { id, hashString } = added.arguments['torrent-added']
  expect(added).toMatchObject({ result: 'success', arguments: { 'torrent-added': { name: 'album' } } })
  expect(await rpc('torrent-add', { metainfo })).toMatchObject({ arguments: { 'torrent-duplicate': { id } } })
  const fields = ['id', 'labels', 'sizeWhenDone', 'unknown']
  const shown = { id, labels: ['music', 'live'], sizeWhenDone: 40_000 }
  for (const ids of [id, [id], [hashString.toUpperCase()], [id, hashString], 'recently-active', undefined])
    expect((await rpc('torrent-get', { ids, fields })).arguments.torrents).toEqual([shown])
  expect((await rpc('torrent-get', { ids: [99, 'x', null], fields })).arguments.torrents).toEqual([])
  expect((await rpc('torrent-get', { fields, format: 'table' })).arguments.torrents).toEqual([
    ['id', 'labels', 'sizeWhenDone'],
    [id, ['music', 'live'], 40_000],
  ])
  await rpc('torrent-remove', { ids: [id], 'delete-local-data': true })
  const after = await rpc('torrent-get', { fields: ['id'] })
  expect(after.arguments.torrents).toEqual([])
})

test('renames files and folders in place', async () => {
  const metainfo = (await server.torrent('tree', { 'sub/a': 10, 'sub/b': 20, c: 30 })).toString('base64')
  const { hashString } = (await rpc('torrent-add', { metainfo, paused: true })).arguments['torrent-added']
  const renamed = await rpc('torrent-rename-path', { ids: [hashString], path: 'tree/sub', name: 'other' })
  expect(renamed).toMatchObject({ result: 'success', arguments: { path: 'tree/sub', name: 'other' } })
  // The name is that on disk, where clients look for the content.
  await rpc('torrent-rename-path', { ids: [hashString], path: 'tree', name: 'baum' })
  await server.call('updateTorrent', { id: hashString, name: 'Shown' })
  const shown = await rpc('torrent-get', { ids: [hashString], fields: ['name', 'files'] })
  expect(shown.arguments.torrents).toMatchObject([
    { name: 'baum', files: [{}, { name: 'baum/other/a' }, { name: 'baum/other/b' }] },
  ])
  await rpc('torrent-rename-path', { ids: [hashString], path: 'baum', name: 'tree' })
  for (const name of ['../up', '', '..', 'a/b'])
    expect((await rpc('torrent-rename-path', { ids: [hashString], path: 'tree/c', name })).result).toMatch(
      /name/,
    )
  expect(
    (await rpc('torrent-rename-path', { ids: [hashString], path: 'tree/no', name: 'x' })).result,
  ).toMatch(/No such/)
  const unknown = await rpc('torrent-rename-path', { ids: [hashString], path: 'tree/no', name: 'x' })
  expect(unknown.arguments).toEqual({ id: expect.any(Number), path: 'tree/no', name: 'x' })
  await rpc('torrent-remove', { ids: [hashString] })
})

test('rejects what Transmission rejects, in its words', async () => {
  const metainfo = (await server.torrent('words', { a: 10, b: 10 })).toString('base64')
  const cases = [
    ['torrent-get', {}, 'no fields specified'],
    ['torrent-add', { metainfo, labels: ['a,b'] }, 'labels cannot contain comma (,) character (label 1)'],
    ['torrent-add', { metainfo, labels: ['a', ' '] }, 'labels cannot be empty (label 2)'],
    ['free-space', {}, 'directory path argument is missing'],
    ['free-space', { path: 'here' }, 'directory path is not absolute'],
    ['torrent-rename-path', { ids: [], path: 'a', name: 'b' }, 'torrent-rename-path requires 1 torrent'],
  ] as const
  for (const [method, args, result] of cases)
    expect([method, (await rpc(method, args)).result]).toEqual([method, result])
  expect((await rpc('torrent-get')).arguments).toEqual({ torrents: [] })
  const path = server.node.directory
  const space = (await rpc('free-space', { path })).arguments
  expect(space).toEqual({ path, 'size-bytes': expect.any(Number), total_size: expect.any(Number) })
  expect(space.total_size).toBeGreaterThanOrEqual(space['size-bytes'])
  for (const [missing, result] of [
    [`${path}/no`, /^No such file or directory$/],
    ['/no', /outside the folders.*--allow-dir/],
  ] as const)
    expect(await rpc('free-space', { path: missing })).toEqual({
      arguments: { path: missing, 'size-bytes': -1, total_size: -1 },
      result: expect.stringMatching(result),
    })
  const added = await rpc('torrent-add', { metainfo, paused: true, sequential_download: true })
  const { id } = added.arguments['torrent-added']
  const fields = ['sequential_download', 'priorities', 'wanted']
  await rpc('torrent-set', {
    ids: [id],
    'files-unwanted': [1],
    'priority-low': [1],
    sequential_download: false,
  })
  expect((await rpc('torrent-set', { ids: [id], 'files-wanted': [9] })).result).toBe(
    'file index out of range',
  )
  const get = async () => (await rpc('torrent-get', { ids: [id], fields })).arguments.torrents
  expect(await get()).toEqual([{ sequential_download: false, priorities: [0, -1], wanted: [1, 0] }])
  await rpc('torrent-set', { ids: [id], 'files-wanted': [1] })
  expect(await get()).toEqual([{ sequential_download: false, priorities: [0, -1], wanted: [1, 1] }])
  await rpc('torrent-remove', { ids: [id], 'delete-local-data': true })
})

test('uses files in another folder without moving any', async () => {
  const metainfo = (await server.torrent('found', { a: 40_000 }, [['http://127.0.0.1:9/a']])).toString(
    'base64',
  )
  const options = { metainfo, paused: true, labels: ['tv', 'x'] }
  const { hashString: hash } = (await rpc('torrent-add', options)).arguments['torrent-added']
  const location = join(server.node.directory, 'elsewhere')
  const move = () => rpc('torrent-set-location', { ids: [hash], location, move: false })
  expect((await rpc('torrent-set-location', { ids: [hash], location: 'here' })).result).toMatch(
    /not absolute/,
  )
  expect((await move()).result).toMatch(/no such file or folder/)
  await mkdir(join(location, 'found'), { recursive: true })
  await writeFile(join(location, 'found', 'a'), Buffer.alloc(40_000, 'a'))
  await rpc('torrent-set', { ids: [hash], downloadLimited: true, downloadLimit: 7 })
  expect((await move()).result).toBe('success')
  await rpc('torrent-start', { ids: [hash] })
  const fields = ['downloadDir', 'labels', 'downloadLimit', 'trackerList', 'haveValid']
  const get = async () => (await rpc('torrent-get', { ids: [hash], fields })).arguments.torrents
  await expect.poll(get).toEqual([
    {
      downloadDir: location,
      labels: ['tv', 'x'],
      downloadLimit: 7,
      trackerList: 'http://127.0.0.1:9/a',
      haveValid: 40_000,
    },
  ])
  await rpc('torrent-rename-path', { ids: [hash], path: 'found/a', name: 'b' })
  const back = await rpc('torrent-set-location', { ids: [hash], location: server.node.directory })
  expect(back.result).toMatch(/were renamed/)
  await rpc('torrent-remove', { ids: [hash], 'delete-local-data': true })
})

test('adds nothing outside the allowed folders, and reports invalid torrents', async () => {
  const metainfo = (await server.torrent('one', { a: 10 })).toString('base64')
  expect((await rpc('torrent-add', { metainfo, 'download-dir': '/etc' })).result).toMatch(
    /outside the folders/,
  )
  expect((await rpc('torrent-add', { metainfo: 'bm90IGEgdG9ycmVudA==' })).result).not.toBe('success')
  expect((await rpc('torrent-add', {})).result).toMatch(/no filename or metainfo/)
  expect((await rpc('torrent-add', { filename: '/etc/passwd' })).result).not.toBe('success')
  expect((await rpc('torrent-get', { fields: ['id'] })).arguments.torrents).toEqual([])
})

test('survives arbitrary requests', async () => {
  expect((await post('{', { 'x-transmission-session-id': sessionId })).statusCode).toBe(400)
  expect((await post('', { 'x-transmission-session-id': sessionId })).statusCode).toBe(400)
  expect((await post('[1]', { 'x-transmission-session-id': sessionId })).statusCode).toBe(200)
  const method = fc.constantFrom(
    ...[
      'torrent-get',
      'torrent-set',
      'torrent-add',
      'torrent-start',
      'torrent-remove',
      'torrent-rename-path',
    ],
    ...[
      'torrent-set-location',
      'session-get',
      'session-set',
      'session-stats',
      'free-space',
      'group-get',
      'port-test',
    ],
  )
  const names = [
    ...[
      'ids',
      'fields',
      'format',
      'labels',
      'metainfo',
      'filename',
      'files-wanted',
      'priority-high',
      'path',
      'name',
    ],
    ...[
      'trackerAdd',
      'trackerReplace',
      'trackerList',
      'downloadLimit',
      'downloadLimited',
      'queuePosition',
      'location',
    ],
    ...[
      'seedRatioMode',
      'seedRatioLimit',
      'speed-limit-down',
      'alt-speed-time-begin',
      'encryption',
      'peer-limit',
    ],
  ]
  const metainfo = (await server.torrent('fuzz', { a: 20_000, b: 10 })).toString('base64')
  await rpc('torrent-add', { metainfo, paused: true })
  const args = fc.oneof(
    fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { maxKeys: 6 }),
    fc.jsonValue(),
  )
  await fc.assert(
    fc.asyncProperty(method, args, async (name, given) => {
      const { result } = await rpc(name, given)
      expect(typeof result).toBe('string')
      expect(result).not.toMatch(/internal error/)
    }),
    { numRuns: 150 },
  )
  expect(server.problems).toEqual([])
  expect((await rpc('session-stats')).result).toBe('success')
})

test('names the files that are on disk, also where the torrent has names that no file can have', async () => {
  const { torrent, contents } = strangeNames('strange')
  const added = await rpc('torrent-add', { metainfo: torrent.toString('base64'), paused: true })
  const { id } = added.arguments['torrent-added']
  const fields = ['name', 'files', 'downloadDir', 'percentDone']
  const look = async () => (await rpc('torrent-get', { ids: [id], fields })).arguments.torrents[0]
  const { files, downloadDir }: { files: { name: string }[]; downloadDir: string } = await look()
  expect(files.every(({ name }) => Buffer.byteLength(basename(name)) <= 255)).toBe(true)
  expect(new Set(files.map(({ name }) => name)).size).toBe(contents.length)
  for (const [at, { name }] of files.entries()) {
    await mkdir(dirname(join(downloadDir, name)), { recursive: true })
    await writeFile(join(downloadDir, name), contents[at]!)
  }
  await rpc('torrent-start', { ids: [id] })
  await vi.waitFor(async () => expect(await look()).toMatchObject({ percentDone: 1, name: 'strange' }))
  await rpc('torrent-remove', { ids: [id], 'delete-local-data': true })
})

test('follows a link that leads to a magnet link, as those of indexers’ proxies do', async () => {
  const torrent = await server.torrent('film', 10)
  await using indexer = await startIndexer(torrent)
  for (const [path, name] of [
    ['magnet', 'found'],
    ['torrent', 'film'],
  ]) {
    const added = await rpc('torrent-add', { filename: `${indexer.url}/${path}`, paused: true })
    expect(added).toMatchObject({ result: 'success', arguments: { 'torrent-added': { name } } })
    await rpc('torrent-remove', { ids: [added.arguments['torrent-added'].id] })
  }
})
