/** The calls of Transmission's and qBittorrent's APIs that take a path, with only the password. One that is added has to be judged here first. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { METHODS as WEB_METHODS } from '../qbittorrent/plugin.ts'
import { Access } from '../server/access/access.ts'
import { hashPassword } from '../server/access/password.ts'
import { buildServer } from '../server/server.ts'
import { TOKEN } from '../server/testing/served.ts'
import { type TestNode, testNode } from '../testing/test-node.ts'
import { torrentFile } from '../testing/torrent-file.ts'
import { METHODS as RPC_METHODS } from '../transmission/rpc.ts'

const MAGNET = `magnet:?xt=urn:btih:${'a'.repeat(40)}`
const FEED = 'http://127.0.0.1:9/feed'
const REFUSED = /only the node's token opens/

let node: TestNode
let app: FastifyInstance
/** A torrent of one file, `plain.bin`, in the home folder. */
let id = ''

beforeAll(async () => {
  node = await testNode()
  await mkdir(join(node.folder, '.ssh'))
  await mkdir(join(node.folder, 'films'))
  const file = await torrentFile('plain.bin')
  id = file.id
  await node.torrents.add(file.bytes, { directory: node.folder, paused: true })
  await node.operations.addFeed({ url: FEED, everyMinutes: 60, filters: [] })
  await node.operations.putLabel({ name: 'known' })
  const secret = await hashPassword('ann', 'correct horse', { N: 1024 })
  app = buildServer({
    ...{ node, port: 0, access: new Access({ token: TOKEN, secret }) },
    plugins: node.running.flatMap(({ routes }) => routes ?? []),
  })
})
afterAll(async () => {
  await app.close()
  await node.end()
})

const authorization = `Basic ${Buffer.from('ann:correct horse').toString('base64')}`

/** Returns the answer of Transmission's API: `success`, or what was wrong. */
async function rpc(method: string, args: object): Promise<string> {
  const url = '/transmission/rpc'
  const headers = { host: 'localhost', authorization }
  const first = await app.inject({ method: 'POST', url, headers, payload: {} })
  const session = { 'x-transmission-session-id': String(first.headers['x-transmission-session-id']) }
  const payload = { method, arguments: args }
  const answer = await app.inject({ method: 'POST', url, headers: { ...headers, ...session }, payload })
  return answer.json().result
}

/** Returns the answer of qBittorrent's API, which only logs why it does not take a link. */
async function web(name: string, params: Record<string, string>): Promise<string> {
  const answer = await app.inject({
    method: 'POST',
    url: `/api/v2/${name}`,
    payload: new URLSearchParams(params).toString(),
    headers: { host: 'localhost', authorization, 'content-type': 'application/x-www-form-urlencoded' },
  })
  return answer.body
}

type Call = (folder: string) => [args: object, answer?: RegExp]

/** With a folder, or a path in it, at each place where a call takes a path. */
const RPC_CALLS: Readonly<Record<string, readonly Call[]>> = {
  'torrent-add': [
    folder => [{ filename: MAGNET, 'download-dir': folder, paused: true }],
    folder => [{ filename: join(folder, 'a.torrent'), paused: true }],
  ],
  'torrent-set': [location => [{ ids: [id], location }]],
  'torrent-set-location': [
    location => [{ ids: [id], location, move: true }],
    location => [{ ids: [id], location, move: false }],
  ],
  'session-set': [folder => [{ 'download-dir': folder }]],
  'free-space': [path => [{ path }]],
}
/** Its only path is one in the folder of a torrent. */
const RPC_INNER = ['torrent-rename-path']
const RPC_OTHERS =
  'torrent-start torrent-start-now torrent-stop torrent-verify torrent-reannounce torrent-remove queue-move-top queue-move-up queue-move-down queue-move-bottom session-get session-stats session-close blocklist-update port-test group-get group-set torrent-get'

const WEB_CALLS: Readonly<Record<string, readonly Call[]>> = {
  'torrents/add': [
    savepath => [{ urls: MAGNET, savepath, paused: 'true' }, /^Fails\.$/],
    folder => [{ urls: join(folder, 'a.torrent'), paused: 'true' }, /^Fails\.$/],
  ],
  'torrents/setLocation': [location => [{ hashes: id, location }]],
  'torrents/setSavePath': [path => [{ id, path }]],
  'torrents/createCategory': [savePath => [{ category: `new ${savePath.length}`, savePath }]],
  'torrents/editCategory': [savePath => [{ category: 'known', savePath }]],
  'rss/setRule': [
    savePath => [{ ruleName: 'x', ruleDef: JSON.stringify({ savePath, affectedFeeds: [FEED] }) }],
  ],
  'app/setPreferences': [
    folder => [{ json: JSON.stringify({ save_path: folder }) }],
    folder => [{ json: JSON.stringify({ ip_filter_path: join(folder, 'a') }) }],
  ],
  'app/getDirectoryContent': [dirPath => [{ dirPath }]],
}
const WEB_INNER = ['torrents/renameFile', 'torrents/renameFolder']
/** `getFreeSpaceAtPath` answers for the disk, `setDownloadPath` does nothing, and paths of feeds are no paths of the machine. */
const WEB_OTHERS =
  'app/buildInfo app/defaultSavePath app/getFreeSpaceAtPath app/networkInterfaceAddressList app/networkInterfaceList app/preferences app/shutdown app/version app/webapiVersion log/main log/peers rss/addFeed rss/addFolder rss/items rss/markAsRead rss/matchingArticles rss/moveItem rss/refreshItem rss/removeItem rss/removeRule rss/renameRule rss/rules rss/setFeedURL sync/maindata sync/torrentPeers torrents/addPeers torrents/addTags torrents/addTrackers torrents/addWebSeeds torrents/bottomPrio torrents/categories torrents/count torrents/createTags torrents/decreasePrio torrents/delete torrents/deleteTags torrents/downloadFile torrents/downloadLimit torrents/editTracker torrents/editWebSeed torrents/export torrents/filePrio torrents/files torrents/increasePrio torrents/info torrents/parseMetadata torrents/pause torrents/pieceAvailability torrents/pieceHashes torrents/pieceStates torrents/properties torrents/reannounce torrents/recheck torrents/removeCategories torrents/removeTags torrents/removeTrackers torrents/removeWebSeeds torrents/rename torrents/resume torrents/setAutoManagement torrents/setCategory torrents/setDownloadLimit torrents/setDownloadPath torrents/setForceStart torrents/setShareLimits torrents/setSuperSeeding torrents/setTags torrents/setUploadLimit torrents/start torrents/stop torrents/tags torrents/toggleFirstLastPiecePrio torrents/toggleSequentialDownload torrents/topPrio torrents/trackers torrents/uploadLimit torrents/webseeds transfer/banPeers transfer/downloadLimit transfer/getSpeedLimits transfer/info transfer/setDownloadLimit transfer/setSpeedLimits transfer/setSpeedLimitsMode transfer/setUploadLimit transfer/speedLimitsMode transfer/toggleSpeedLimitsMode transfer/uploadLimit'

test('every call is judged', () => {
  const others = (names: string) => names.split(' ')
  const rpcNames = [...Object.keys(RPC_CALLS), ...RPC_INNER, ...others(RPC_OTHERS)]
  expect([...RPC_METHODS.keys()].sort()).toEqual(rpcNames.sort())
  const webNames = [...Object.keys(WEB_CALLS), ...WEB_INNER, ...others(WEB_OTHERS)]
  expect(Object.keys(WEB_METHODS).sort()).toEqual(webNames.sort())
})

const all = (calls: typeof RPC_CALLS) =>
  Object.entries(calls).flatMap(([name, each]) => each.map((call, at) => ({ name, at, call })))

test.each(all(RPC_CALLS))('Transmission: $name ($at) takes no hidden folder', async ({ name, call }) => {
  for (const folder of ['.ssh', 'films/../.ssh'])
    expect(await rpc(name, call(`${node.folder}/${folder}`)[0])).toMatch(REFUSED)
  expect(await rpc(name, call(join(node.folder, 'films'))[0])).not.toMatch(REFUSED)
})

test.each(all(WEB_CALLS))('qBittorrent: $name ($at) takes no hidden folder', async ({ name, call }) => {
  for (const folder of ['.ssh', 'films/../.ssh']) {
    const [args, answer = REFUSED] = call(`${node.folder}/${folder}`)
    expect(await web(name, args as Record<string, string>)).toMatch(answer)
  }
  for (const { id } of node.torrents.registry.listed())
    expect((await node.operations.getTorrent({ id })).directory).not.toContain('.ssh')
  const [args] = call(join(node.folder, 'films'))
  expect(await web(name, args as Record<string, string>)).not.toMatch(REFUSED)
})

test('neither renames a file into a hidden folder', async () => {
  await node.operations.moveTorrent({ id, directory: node.folder })
  expect(await rpc('torrent-rename-path', { ids: [id], path: 'plain.bin', name: '.bashrc' })).toMatch(REFUSED)
  for (const name of WEB_INNER)
    for (const newPath of ['.bashrc', '.ssh/authorized_keys'])
      expect(await web(name, { hash: id, oldPath: 'plain.bin', newPath })).toMatch(REFUSED)
  expect((await node.operations.listFiles({ id, limit: 10 })).items.map(({ path }) => path)).toEqual([
    'plain.bin',
  ])
})
