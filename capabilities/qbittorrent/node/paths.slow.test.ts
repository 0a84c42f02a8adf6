/**
 * The calls that take a path, with only the password. A new one has to be classified here first.
 */
import { join } from 'node:path'
import {
  AUTHORIZATION,
  listed,
  type PathCall,
  REFUSED,
  useGuestServer,
} from '@shoal/node/node/server/compat/testing/guest-server.ts'
import { beforeAll, expect, test } from 'vitest'
import { METHODS } from './plugin.ts'

const MAGNET = `magnet:?xt=urn:btih:${'a'.repeat(40)}`
const FEED = 'http://127.0.0.1:9/feed'
const open = useGuestServer()

beforeAll(async () => {
  const { operations } = open().node
  await operations.addFeed({ url: FEED, everyMinutes: 60, filters: [] })
  await operations.putLabel({ name: 'known' })
})

/** Returns the answer. Why a link is refused is only logged. */
async function web(name: string, params: Record<string, string>): Promise<string> {
  const answer = await open().app.inject({
    method: 'POST',
    url: `/api/v2/${name}`,
    payload: new URLSearchParams(params).toString(),
    headers: {
      host: 'localhost',
      authorization: AUTHORIZATION,
      'content-type': 'application/x-www-form-urlencoded',
    },
  })
  return answer.body
}

/** Called with a folder, or a path in it, wherever a call takes a path. */
const CALLS: Readonly<Record<string, readonly PathCall[]>> = {
  'torrents/add': [
    savepath => [{ urls: MAGNET, savepath, paused: 'true' }, /^Fails\.$/],
    folder => [{ urls: join(folder, 'a.torrent'), paused: 'true' }, /^Fails\.$/],
  ],
  'torrents/setLocation': [location => [{ hashes: open().id, location }]],
  'torrents/setSavePath': [path => [{ id: open().id, path }]],
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
const INNER = ['torrents/renameFile', 'torrents/renameFolder']
/**
 * `getFreeSpaceAtPath` only reports on the disk, `setDownloadPath` does nothing, and paths of feeds
 * are not file paths.
 */
const OTHERS =
  'app/buildInfo app/defaultSavePath app/getFreeSpaceAtPath app/networkInterfaceAddressList app/networkInterfaceList app/preferences app/shutdown app/version app/webapiVersion log/main log/peers rss/addFeed rss/addFolder rss/items rss/markAsRead rss/matchingArticles rss/moveItem rss/refreshItem rss/removeItem rss/removeRule rss/renameRule rss/rules rss/setFeedURL sync/maindata sync/torrentPeers torrents/addPeers torrents/addTags torrents/addTrackers torrents/addWebSeeds torrents/bottomPrio torrents/categories torrents/count torrents/createTags torrents/decreasePrio torrents/delete torrents/deleteTags torrents/downloadFile torrents/downloadLimit torrents/editTracker torrents/editWebSeed torrents/export torrents/filePrio torrents/files torrents/increasePrio torrents/info torrents/parseMetadata torrents/pause torrents/pieceAvailability torrents/pieceHashes torrents/pieceStates torrents/properties torrents/reannounce torrents/recheck torrents/removeCategories torrents/removeTags torrents/removeTrackers torrents/removeWebSeeds torrents/rename torrents/resume torrents/setAutoManagement torrents/setCategory torrents/setDownloadLimit torrents/setDownloadPath torrents/setForceStart torrents/setShareLimits torrents/setSuperSeeding torrents/setTags torrents/setUploadLimit torrents/start torrents/stop torrents/tags torrents/toggleFirstLastPiecePrio torrents/toggleSequentialDownload torrents/topPrio torrents/trackers torrents/uploadLimit torrents/webseeds transfer/banPeers transfer/downloadLimit transfer/getSpeedLimits transfer/info transfer/setDownloadLimit transfer/setSpeedLimits transfer/setSpeedLimitsMode transfer/setUploadLimit transfer/speedLimitsMode transfer/toggleSpeedLimitsMode transfer/uploadLimit'

test('every call is judged', () => {
  expect(Object.keys(METHODS).sort()).toEqual([...Object.keys(CALLS), ...INNER, ...OTHERS.split(' ')].sort())
})

test.each(listed(CALLS))('$name ($at) takes no hidden folder', async ({ name, call }) => {
  const { node } = open()
  for (const folder of ['.ssh', 'films/../.ssh']) {
    const [args, answer = REFUSED] = call(`${node.folder}/${folder}`)
    expect(await web(name, args as Record<string, string>)).toMatch(answer)
  }
  for (const { id } of node.torrents.registry.listed())
    expect((await node.operations.getTorrent({ id })).directory).not.toContain('.ssh')
  const [args] = call(join(node.folder, 'films'))
  expect(await web(name, args as Record<string, string>)).not.toMatch(REFUSED)
})

test('no file is renamed into a hidden folder', async () => {
  const { node, id } = open()
  await node.operations.moveTorrent({ id, directory: node.folder })
  for (const name of INNER)
    for (const newPath of ['.bashrc', '.ssh/authorized_keys'])
      expect(await web(name, { hash: id, oldPath: 'plain.bin', newPath })).toMatch(REFUSED)
  const { items } = await node.operations.listFiles({ id, limit: 10 })
  expect(items.map(({ path }) => path)).toEqual(['plain.bin'])
})
