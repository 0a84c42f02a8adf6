import { existsSync } from 'node:fs'
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
import { KeptStore } from './kept-store.ts'
import { METHODS, qbittorrentApi } from './plugin.ts'

let server: CompatServer
let cookie = ''

beforeAll(async () => {
  server = await compatServer(node => qbittorrentApi(new KeptStore(node.kernel.database)))
  const answer = await post('auth/login', { username: 'shoal', password: TOKEN }, {})
  expect([answer.statusCode, answer.body]).toEqual([200, 'Ok.'])
  cookie = String(answer.headers['set-cookie']).split(';', 1)[0]!
})
afterAll(() => server[Symbol.asyncDispose]())

type Headers = Record<string, string>

function post(
  name: string,
  params: Record<string, string> = {},
  headers: Headers = { cookie },
): Promise<Answer> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const payload = new URLSearchParams(params).toString()
  return server.app.inject({
    method: 'POST',
    url: `/api/v2/${name}`,
    payload,
    headers: { ...type, ...headers },
  })
}

function get(
  name: string,
  query: Record<string, string> = {},
  headers: Headers = { cookie },
): Promise<Answer> {
  return server.app.inject({ url: `/api/v2/${name}`, query, headers })
}

async function add(torrent: Buffer, fields: Record<string, string> = {}): Promise<Answer> {
  const form = new FormData()
  form.append('torrents', new File([torrent as never], 'a.torrent'))
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  const sent = new Response(form)
  const bytes = Buffer.from(await sent.arrayBuffer())
  const type = sent.headers.get('content-type')!
  return server.app.inject({
    method: 'POST',
    url: '/api/v2/torrents/add',
    payload: bytes,
    headers: { cookie, 'content-type': type },
  })
}

test('accepts the cookie, user name and password, and the token as an API key; nothing else', async () => {
  expect((await get('app/version', {}, {})).statusCode).toBe(403)
  expect((await get('app/version', {}, { cookie: `SID=${'x'.repeat(43)}` })).statusCode).toBe(403)
  expect((await get('app/version')).body).toBe('v4.6.7')
  const basic = `Basic ${Buffer.from(`shoal:${TOKEN}`).toString('base64')}`
  for (const authorization of [basic, `Bearer ${TOKEN}`])
    expect((await get('app/webapiVersion', {}, { authorization })).body).toBe('2.9.3')
  expect((await post('auth/login', { username: 'shoal', password: 'no' }, {})).body).toBe('Fails.')
})

test('does not look at credentials that other sites send', async () => {
  const authorization = `Basic ${Buffer.from('ann:no').toString('base64')}`
  for (let time = 0; time < 10; time++)
    await get('app/version', {}, { authorization, 'sec-fetch-site': 'cross-site' })
  expect((await post('auth/login', { username: 'ann', password: 'no' }, {})).body).toBe('Fails.')
})

test('a session ends with its logout', async () => {
  const answer = await post('auth/login', { username: 'shoal', password: TOKEN }, {})
  expect(String(answer.headers['set-cookie'])).toMatch(/^SID=[\w-]{43}; HttpOnly; SameSite=Strict; path=\/$/)
  const mine = { cookie: String(answer.headers['set-cookie']).split(';', 1)[0]! }
  expect((await get('app/version', {}, mine)).statusCode).toBe(200)
  await post('auth/logout', {}, mine)
  expect((await get('app/version', {}, mine)).statusCode).toBe(403)
})

test('GET changes nothing, and there is no search plugin API', async () => {
  expect((await get('app/shutdown')).statusCode).toBe(405)
  expect((await get('torrents/delete', { hashes: 'all', deleteFiles: 'true' })).statusCode).toBe(405)
  expect((await post('search/start', { pattern: 'x' })).statusCode).toBe(404)
})

test('adds a .torrent with all options, and rejects other files', async () => {
  const torrent = await server.torrent('album', { 'a.mp3': 40_000, 'b.mp3': 10 }, [
    ['http://127.0.0.1:9/announce'],
  ])
  const options = {
    category: 'music',
    tags: 'x, y',
    stopped: 'true',
    dlLimit: '5000',
    ratioLimit: '0',
    rename: 'Best',
  }
  expect((await add(torrent, options)).body).toBe('Ok.')
  const [info] = (await get('torrents/info')).json()
  expect(info).toMatchObject({
    category: 'music',
    tags: 'x, y',
    state: 'pausedDL',
    dl_limit: 5000,
    ratio_limit: 0,
  })
  expect((await get('torrents/info', { hashes: info.infohash_v2 })).json()).toHaveLength(1)
  expect((await get('torrents/info', { hashes: info.infohash_v2.slice(0, 40) })).json()).toHaveLength(1)
  const exported = await get('torrents/export', { hash: info.hash })
  expect(exported.rawPayload.subarray(0, 1).toString()).toBe('d')
  const files = (await get('torrents/files', { hash: info.hash })).json()
  expect(files.map((file: { piece_range: number[] }) => file.piece_range)).toEqual([
    [0, 2],
    [3, 3],
  ])
  expect((await add(Buffer.from('no torrent'))).statusCode).toBe(415)
  expect((await post('torrents/add', { urls: 'nonsense' })).body).toBe('Fails.')
  expect((await post('torrents/add', { urls: 'magnet:?xt=urn:btih:zz', savepath: '/etc' })).body).toBe(
    'Fails.',
  )
  await post('torrents/delete', { hashes: info.hash, deleteFiles: 'false' })
  expect((await get('torrents/info')).json()).toEqual([])
})

test('names the files that are on disk, also where the torrent has names that no file can have', async () => {
  const { torrent, contents } = strangeNames('strange')
  expect((await add(torrent, { stopped: 'true' })).body).toBe('Ok.')
  const [info] = (await get('torrents/info')).json()
  const files: { name: string }[] = (await get('torrents/files', { hash: info.hash })).json()
  expect(files.every(({ name }) => Buffer.byteLength(basename(name)) <= 255)).toBe(true)
  expect(new Set(files.map(({ name }) => name)).size).toBe(contents.length)
  for (const [at, { name }] of files.entries()) {
    await mkdir(dirname(join(info.save_path, name)), { recursive: true })
    await writeFile(join(info.save_path, name), contents[at]!)
  }
  await post('torrents/start', { hashes: info.hash })
  await vi.waitFor(async () => {
    const [now] = (await get('torrents/info')).json()
    expect(now).toMatchObject({ progress: 1, content_path: join(info.save_path, 'strange') })
    expect(now.root_path).toBe(now.content_path)
  })
  await post('torrents/delete', { hashes: info.hash, deleteFiles: 'true' })
  expect(existsSync(join(info.save_path, 'strange'))).toBe(false)
})

test('follows a link that leads to a magnet link, as those of indexers’ proxies do', async () => {
  const torrent = await server.torrent('film', 10)
  await using indexer = await startIndexer(torrent)
  for (const path of ['magnet', 'torrent'])
    expect((await post('torrents/add', { urls: `${indexer.url}/${path}`, stopped: 'true' })).body).toBe('Ok.')
  await vi.waitFor(async () => {
    const names = (await get('torrents/info')).json().map(({ name }: { name: string }) => name)
    expect(names.sort()).toEqual(['film', 'found'])
  })
  await post('torrents/delete', { hashes: 'all', deleteFiles: 'false' })
})

test('stores the content as contentLayout or root_folder say, and shows where', async () => {
  const single = await server.torrent('c.bin', 10)
  const folder = await server.torrent('tree', { 'a.bin': 10, 'x/b.bin': 20 })
  const cases = [
    [single, { contentLayout: 'Subfolder' }, ['c/c.bin'], 'c/c.bin', 'c'],
    [single, { contentLayout: 'Original' }, ['c.bin'], 'c.bin', ''],
    [folder, { contentLayout: 'NoSubfolder' }, ['a.bin', 'x/b.bin'], '', ''],
    [folder, { root_folder: 'false' }, ['a.bin', 'x/b.bin'], '', ''],
    [folder, { root_folder: 'true' }, ['tree/a.bin', 'tree/x/b.bin'], 'tree', 'tree'],
  ] as const
  for (const [torrent, options, names, content, root] of cases) {
    expect((await add(torrent, { ...options, paused: 'true' })).body).toBe('Ok.')
    const [info] = (await get('torrents/info')).json()
    const files = (await get('torrents/files', { hash: info.hash })).json()
    expect(files.map(({ name }: { name: string }) => name)).toEqual(names)
    const below = (path: string) => (path === '' ? info.save_path : `${info.save_path}/${path}`)
    expect([info.content_path, info.root_path]).toEqual([below(content), root === '' ? '' : below(root)])
    await post('torrents/delete', { hashes: info.hash, deleteFiles: 'true' })
  }
})

test('answers with the statuses of 4.6.7 where nothing is to be done', async () => {
  const announce = 'http://127.0.0.1:9/announce'
  const torrent = await server.torrent('rows', { a: 10, b: 10 }, [[announce]])
  await add(torrent, { paused: 'true' })
  const [{ hash, added_on, last_activity, availability }] = (await get('torrents/info')).json()
  expect([last_activity, availability]).toEqual([added_on, 0])
  expect((await get('torrents/files', { hash })).json()).toMatchObject([
    { availability: 0 },
    { availability: 0 },
  ])
  expect((await add(torrent)).body).toBe('Fails.')
  expect((await post('torrents/add', { urls: `magnet:?xt=urn:btih:${hash}` })).body).toBe('Fails.')
  const statuses = [
    ['torrents/createCategory', { category: 'a//b' }, 409],
    ['torrents/createCategory', { category: '/a' }, 409],
    ['torrents/createCategory', { category: 'a/b' }, 200],
    ['torrents/filePrio', { hash, id: '0', priority: '4' }, 400],
    ['torrents/removeTrackers', { hash, urls: 'http://127.0.0.1:9/other' }, 200],
    ['torrents/setSavePath', { id: hash, path: '' }, 400],
    ['torrents/setSavePath', { id: hash, path: '/etc' }, 409],
    ['torrents/setSavePath', { path: '/etc' }, 400],
    ['torrents/setDownloadPath', { id: hash, path: '' }, 200],
    ['torrents/topPrio', { hashes: hash }, 409],
    ['app/setPreferences', { json: '{"queueing_enabled":true}' }, 200],
    ['torrents/topPrio', { hashes: hash }, 200],
    ['torrents/unknown', {}, 404],
  ] as const
  for (const [name, params, status] of statuses) {
    const answer = await post(name, params)
    expect([name, answer.statusCode, answer.headers['content-type']]).toEqual([
      name,
      status,
      'text/plain; charset=UTF-8',
    ])
  }
  await post('app/setPreferences', { json: '{"queueing_enabled":false}' })
  await post('torrents/removeCategories', { categories: 'a/b' })
  expect((await get('auth/login', {}, {})).statusCode).toBe(405)
  expect((await get('torrents/unknown', {}, {})).statusCode).toBe(403)
  expect((await get('torrents/export', { hash })).headers['content-type']).toMatch(/^text\/plain/)
  const told = await post('torrents/addPeers', { hashes: hash, peers: '127.0.0.1:9|nonsense' })
  expect(told.json()).toEqual({ [hash]: { added: 1, failed: 1 } })
  const { directory } = await server.call('getTorrent', { id: hash })
  await post('torrents/setSavePath', { id: hash, path: `${directory}/other` })
  const moved = async () => (await server.call('getTorrent', { id: hash })).directory
  await expect.poll(moved).toBe(`${directory}/other`)
  await post('torrents/delete', { hashes: hash, deleteFiles: 'true' })
})

test('tags stay without torrents until they are deleted', async () => {
  await add(await server.torrent('tagged', { a: 10 }), { paused: 'true' })
  const [{ hash }] = (await get('torrents/info')).json()
  const tags = async () => (await get('torrents/tags')).json()
  await post('torrents/createTags', { tags: 'alone, other' })
  await post('torrents/addTags', { hashes: hash, tags: 'other' })
  await post('torrents/setTags', { hashes: hash, tags: 'third' })
  expect((await get('torrents/info')).json()).toMatchObject([{ tags: 'third' }])
  await post('torrents/removeTags', { hashes: hash })
  expect(await tags()).toEqual(['alone', 'other', 'third'])
  expect((await get('sync/maindata')).json()).toMatchObject({ tags: ['alone', 'other', 'third'] })
  await post('torrents/deleteTags', { tags: 'alone,other,third' })
  expect(await tags()).toEqual([])
  await post('torrents/delete', { hashes: hash, deleteFiles: 'true' })
})

test('a file of a stranger is saved by browsers, and nothing in it may run', async () => {
  const made = join(server.node.folder, 'made')
  await add(await server.torrent('site', { 'x.html': 10 }), { savepath: made, skip_checking: 'true' })
  const [{ hash }] = (await get('torrents/info')).json()
  const read = () => get('torrents/downloadFile', { hash, file: '0' })
  await expect.poll(async () => (await read()).statusCode).toBe(200)
  const { body, headers } = await read()
  expect(body).toBe('x.htmlx.ht')
  expect(headers['content-disposition']).toBe('attachment; filename=x.html')
  expect(headers['content-security-policy']).toContain('sandbox')
  await post('torrents/delete', { hashes: hash, deleteFiles: 'false' })
})

test('has cheap methods of later versions', async () => {
  const torrent = await server.torrent('later', { a: 40_000 }, [['http://127.0.0.1:9/announce']])
  await add(torrent, { paused: 'true' })
  const [{ hash, save_path }] = (await get('torrents/info')).json()
  const form = new FormData()
  form.append('torrents', new File([torrent as never], 'a.torrent'))
  const sent = new Response(form)
  const parsed = await server.app.inject({
    method: 'POST',
    url: '/api/v2/torrents/parseMetadata',
    payload: Buffer.from(await sent.arrayBuffer()),
    headers: { cookie, 'content-type': sent.headers.get('content-type')! },
  })
  expect(parsed.json()).toMatchObject([
    {
      infohash_v1: hash,
      info: { name: 'later', length: 40_000, pieces_num: 3, files: [{ path: 'later/a', length: 40_000 }] },
      trackers: [{ tier: 0, url: 'http://127.0.0.1:9/announce' }],
    },
  ])
  expect((await get('torrents/pieceAvailability', { hash })).json()).toEqual([0, 0, 0])
  expect((await get('torrents/downloadFile', { hash, file: '0' })).statusCode).toBe(409)
  expect((await get('torrents/downloadFile', { hash, file: 'no' })).statusCode).toBe(409)
  await post('torrents/addWebSeeds', { hash, urls: 'http://127.0.0.1:9/a' })
  const edit = { hash, origUrl: 'http://127.0.0.1:9/a', newUrl: 'http://127.0.0.1:9/b' }
  expect((await post('torrents/editWebSeed', edit)).statusCode).toBe(200)
  expect((await post('torrents/editWebSeed', edit)).statusCode).toBe(409)
  expect((await post('torrents/editWebSeed', { ...edit, newUrl: 'x' })).statusCode).toBe(400)
  expect((await get('torrents/webseeds', { hash })).json()).toEqual([{ url: edit.newUrl }])
  await post('torrents/delete', { hashes: hash, deleteFiles: 'true' })
  const limits = { up_limit: '5', dl_limit: '6', alt_up_limit: '7', alt_dl_limit: '0' }
  await post('transfer/setSpeedLimits', limits)
  expect((await get('transfer/getSpeedLimits')).json()).toEqual({
    up_limit: 5,
    dl_limit: 6,
    alt_up_limit: 7,
    alt_dl_limit: 0,
  })
  await post('transfer/setSpeedLimits', { ...limits, up_limit: '0', dl_limit: '0' })
  await mkdir(`${save_path}/folder`)
  const folders = await get('app/getDirectoryContent', { dirPath: save_path, mode: 'dirs' })
  expect(folders.json()).toContain(`${save_path}/folder`)
  expect((await get('app/getDirectoryContent', { dirPath: 'here' })).statusCode).toBe(400)
  expect(Number((await get('app/getFreeSpaceAtPath', { path: save_path })).body)).toBeGreaterThan(0)
})

test('keeps the keys of private trackers when trackers are changed', async () => {
  const announce = 'http://127.0.0.1:9/0123456789abcdef0123456789abcdef/announce'
  await add(await server.torrent('private', { a: 10 }, [[announce]]), { paused: 'true' })
  const [{ hash }] = (await get('torrents/info')).json()
  const other = 'http://127.0.0.1:9/announce?passkey=0123456789abcdef'
  await post('torrents/addTrackers', { hash, urls: `${other}\n${announce}` })
  const urls = (await get('torrents/trackers', { hash })).json().map(({ url }: { url: string }) => url)
  expect(urls.slice(3)).toEqual([announce, other])
  await post('torrents/editTracker', { hash, origUrl: other, newUrl: `${other}0` })
  expect(await server.call('listTrackers', { id: hash })).toMatchObject({
    items: [{ announce }, { announce: `${other}0`, url: expect.not.stringContaining('0123456789abcdef') }],
  })
  await post('torrents/delete', { hashes: hash, deleteFiles: 'true' })
})

test('force start and share limits work', async () => {
  await add(await server.torrent('forced', { a: 10 }), { paused: 'true' })
  const [{ hash }] = (await get('torrents/info')).json()
  await post('torrents/setForceStart', { hashes: hash, value: 'true' })
  await post('torrents/setShareLimits', { hashes: hash, ratioLimit: '-1', seedingTimeLimit: '90' })
  const forced = { force_start: true, state: 'forcedDL', ratio_limit: -1, seeding_time_limit: 90 }
  // Existing files are checked first.
  await expect.poll(() => get('torrents/info').then(each => each.json())).toMatchObject([forced])
  await post('torrents/setForceStart', { hashes: hash, value: 'false' })
  await post('torrents/setShareLimits', { hashes: hash, ratioLimit: '0', seedingTimeLimit: '-2' })
  const usual = { force_start: false, state: 'stalledDL', ratio_limit: 0, seeding_time_limit: 0 }
  await expect.poll(() => get('torrents/info').then(each => each.json())).toMatchObject([usual])
  await post('torrents/delete', { hashes: hash, deleteFiles: 'true' })
})

test('errors have qBittorrent’s status codes', async () => {
  const none = 'e'.repeat(40)
  expect((await get('torrents/properties', { hash: none })).statusCode).toBe(404)
  expect((await get('torrents/files')).statusCode).toBe(400)
  expect((await post('torrents/setCategory', { hashes: 'all', category: 'unknown' })).statusCode).toBe(409)
  expect((await post('torrents/createCategory', { category: ' ' })).statusCode).toBe(400)
  expect((await post('torrents/createCategory', { category: 'c', savePath: '/etc' })).statusCode).toBe(409)
  expect((await post('torrents/pause', { hashes: none })).statusCode).toBe(200)
  expect((await post('app/setPreferences', { json: '{' })).statusCode).toBe(400)
})

test('survives arbitrary requests', async () => {
  await add(await server.torrent('fuzz', { a: 20_000, b: 10 }), { paused: 'true' })
  const [{ hash }] = (await get('torrents/info')).json()
  // These would stop this test's node, use the network, or leave nothing to test with.
  const left = new Set(['app/shutdown', 'rss/addFeed', 'rss/refreshItem', 'torrents/delete'])
  const name = fc.constantFrom(...Object.keys(METHODS).filter(each => !left.has(each)))
  const value = fc.oneof(
    fc.constantFrom(
      hash,
      'all',
      '',
      '0',
      '-1',
      '1e999',
      'true',
      '{}',
      '[]',
      '../..',
      'a/b',
      `${hash}|x`,
      '-2',
      '7',
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )
  const names = [
    ...[
      'hash',
      'hashes',
      'category',
      'categories',
      'savePath',
      'urls',
      'tags',
      'json',
      'id',
      'priority',
      'limit',
      'mode',
    ],
    ...[
      'oldPath',
      'newPath',
      'origUrl',
      'newUrl',
      'peers',
      'name',
      'rid',
      'sort',
      'offset',
      'filter',
      'ratioLimit',
    ],
    ...[
      'seedingTimeLimit',
      'ruleName',
      'ruleDef',
      'newRuleName',
      'path',
      'url',
      'indexes',
      'deleteFiles',
      'value',
    ],
  ]
  const params = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 5, noNullPrototype: true })
  await fc.assert(
    fc.asyncProperty(name, params, async (asked, given) => {
      const { statusCode } = await post(asked, { hash, hashes: hash, ...given })
      expect(statusCode, `${asked} ${JSON.stringify(given)} ${server.problems.at(-1)}`).toBeLessThan(500)
    }),
    { numRuns: 300 },
  )
  const type = { 'content-type': 'multipart/form-data; boundary=x' }
  const damaged = await server.app.inject({
    method: 'POST',
    url: '/api/v2/torrents/add',
    payload: '--x\r\nContent-Disposition: form-data; name="urls"\r\n\r\nhalf',
    headers: { cookie, ...type },
  })
  expect(damaged.statusCode).toBe(400)
  expect(server.problems.filter(problem => problem.includes('failed'))).toEqual([])
})
