/** Settings and labels of a complete node. */
import { stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { runNode } from '../run-node.ts'
import { nodeForTest } from '../testing/for-test.ts'
import { testNode } from '../testing/test-node.ts'

const HASHES = ['1', '2', '3'].map(digit => digit.repeat(40))

test('a change that the engine rejects is undone completely', async () => {
  const node = await nodeForTest()
  const { engine: session, torrents, kernel } = node
  const { countries } = torrents.peers.facts
  const before = kernel.settings.current
  const opened = vi.spyOn(countries, 'open')
  const configure = vi
    .spyOn(session, 'configure')
    .mockRejectedValueOnce(Object.assign(new Error('the port is taken'), { code: 'refused' }))
  await expect(
    node.operations.changeSettings({ network: { maxConnections: 7 }, downloads: { startPaused: true } }),
  ).rejects.toMatchObject({ code: 'refused' })
  expect(configure).toHaveBeenCalledTimes(1)
  expect(opened.mock.calls.at(-1)).toEqual([null])
  expect(kernel.settings.current).toBe(before)
  expect(node.catalogue.settings.all().size).toBe(0)
  expect(await node.operations.changeSettings({ network: { maxConnections: 7 } })).toMatchObject({
    network: { maxConnections: 7 },
  })
})

test('a new download folder is created, and one that cannot be is rejected', async () => {
  const node = await nodeForTest()
  const change = (directory: string) => node.operations.changeSettings({ downloads: { directory } })
  await change(join(node.folder, 'new/films'))
  expect((await stat(join(node.folder, 'new/films'))).isDirectory()).toBe(true)
  await writeFile(join(node.folder, 'file'), '')
  await expect(change(join(node.folder, 'file'))).rejects.toMatchObject({ code: 'unsafe-path' })
  expect((await node.operations.getSettings({})).downloads.directory).toBe(join(node.folder, 'new/films'))
})

test('a port in use is rejected, and the previous one stays open', async () => {
  const node = await nodeForTest()
  const { engine } = node
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const before = engine.port
  // The port of the test's node is fixed at the start.
  await expect(engine.configure({ port })).rejects.toMatchObject({ code: 'refused' })
  expect(engine.port).toBe(before)
})

test('an invalid country database is rejected, naming the setting', async () => {
  const node = await nodeForTest()
  const path = join(node.folder, 'x.mmdb')
  await writeFile(path, 'no database')
  await expect(
    node.operations.changeSettings({ privacy: { countryDatabase: path }, network: { maxConnections: 9 } }),
  ).rejects.toMatchObject({ code: 'bad-request', field: 'privacy.countryDatabase' })
  expect(node.kernel.settings.current).toMatchObject({ privacy: { countryDatabase: null } })
  expect(node.kernel.settings.current.network.maxConnections).not.toBe(9)
})

test.each([
  [{ downloads: { directory: '/etc' } }, 'downloads.directory'],
  [{ downloads: { completeDirectory: '/etc' } }, 'downloads.completeDirectory'],
])('a folder that is not allowed is rejected in %j', async (change, field) => {
  const node = await nodeForTest()
  await expect(node.operations.changeSettings(change)).rejects.toMatchObject({
    code: 'forbidden-path',
    field,
  })
})

test('a tracker that a new torrent is given must be a URL of one', async () => {
  const { operations, torrents } = await nodeForTest()
  for (const text of ['film.torrent', 'magnet:?xt=1', 'gopher://t.example/'])
    await expect(operations.addTorrent({ source: HASHES[0]!, trackers: [text] })).rejects.toMatchObject({
      code: 'bad-argument',
      message: expect.stringMatching(/is not a tracker: give an http, https, udp, ws or wss URL/),
    })
  expect([...torrents.registry.listed()]).toEqual([])
})

test('a wrong web seed, peer or tracker is named with its number, and nothing changes', async () => {
  const { operations } = await nodeForTest()
  const { torrent } = await operations.addTorrent({ source: HASHES[0]!, webSeeds: ['http://a.example/'] })
  const { id } = torrent!
  const urls = ['http://b.example/', 'nonsense']
  const wrong = {
    code: 'bad-argument',
    message: 'web seed 2: "nonsense" is not a web seed: give a URL with http, https, ftp',
  }
  await expect(operations.setWebSeeds({ id, urls })).rejects.toMatchObject({ ...wrong, field: 'urls.1' })
  expect((await operations.getTorrent({ id })).webSeeds).toEqual(['http://a.example/'])
  for (const source of [HASHES[0]!, HASHES[1]!])
    await expect(operations.addTorrent({ source, webSeeds: urls })).rejects.toMatchObject({
      ...wrong,
      field: 'webSeeds.1',
    })
  await expect(
    operations.addTorrent({ source: HASHES[1]!, trackers: ['udp://a.example:1', 'nonsense'] }),
  ).rejects.toMatchObject({
    field: 'trackers.1',
    message: expect.stringMatching(/^tracker 2: "nonsense" is/),
  })
  await expect(operations.addPeers({ id, addresses: ['127.0.0.1:1', 'x'] })).rejects.toMatchObject({
    field: 'addresses.1',
    message: expect.stringMatching(/^entry 2: x is not a peer address/),
  })
})

test('a label counts its torrents and gives new ones its folder; deleting it keeps them', async () => {
  const node = await nodeForTest()
  const directory = join(node.folder, 'films')
  expect(await node.operations.putLabel({ name: 'films', directory, colour: null })).toMatchObject({
    torrents: 0,
  })
  expect((await stat(directory)).isDirectory()).toBe(true)
  await writeFile(join(node.folder, 'file'), '')
  const under = join(node.folder, 'file', 'films')
  await expect(node.operations.putLabel({ name: 'x', directory: under })).rejects.toThrow(/not a folder/)
  const done = join(node.folder, 'done')
  await node.operations.changeSettings({ downloads: { completeDirectory: done } })
  expect((await stat(done)).isDirectory()).toBe(true)
  for (const source of HASHES) await node.operations.addTorrent({ source, label: 'films' })
  expect(await node.operations.getTorrent({ id: HASHES[0]! })).toMatchObject({ directory, label: 'films' })
  await node.operations.actOnTorrents({ ids: [HASHES[2]!], action: 'remove' })
  expect((await node.operations.listLabels({})).items).toMatchObject([{ name: 'films', torrents: 2 }])
  await node.operations.removeLabel({ name: 'films' })
  await node.operations.actOnTorrents({ ids: [HASHES[2]!], action: 'restore' })
  for (const id of HASHES)
    expect(await node.operations.getTorrent({ id })).toMatchObject({ label: null, directory })
  expect((await node.operations.listLabels({})).items).toEqual([])
  await expect(node.operations.removeLabel({ name: 'films' })).rejects.toMatchObject({ code: 'not-found' })
  await expect(node.operations.putLabel({ name: 'x', directory: '/etc' })).rejects.toMatchObject({
    code: 'forbidden-path',
    field: 'directory',
  })
})

test('many torrents get tags and limits at once, or none of them if one does not exist', async () => {
  const { operations } = await nodeForTest()
  for (const source of HASHES) await operations.addTorrent({ source, tags: ['old'] })
  const [first, second, third] = HASHES as [string, string, string]
  await operations.updateTorrent({ id: first, tags: ['own'] })
  const change = { addTags: ['new'], removeTags: ['old'], uploadLimitBytesPerSecond: 5000, ratioLimit: 2 }
  await expect(operations.updateTorrents({ ids: [first, '9'.repeat(40)], ...change })).rejects.toMatchObject({
    code: 'not-found',
  })
  expect(await operations.getTorrent({ id: first })).toMatchObject({ tags: ['own'], ratioLimit: null })
  expect(await operations.updateTorrents({ ids: [first, second, first], ...change })).toEqual({
    ids: [first, second],
  })
  const limits = { uploadLimitBytesPerSecond: 5000, downloadLimitBytesPerSecond: null, ratioLimit: 2 }
  expect(await operations.getTorrent({ id: first })).toMatchObject({ tags: ['own', 'new'], ...limits })
  expect(await operations.getTorrent({ id: second })).toMatchObject({ tags: ['new'], ...limits })
  expect(await operations.getTorrent({ id: third })).toMatchObject({ tags: ['old'], ratioLimit: null })
  await operations.updateTorrents({ ids: 'all', sequential: true, label: 'films' })
  for (const id of HASHES)
    expect(await operations.getTorrent({ id })).toMatchObject({ sequential: true, label: 'films' })
})

test('a node that fails to start leaves nothing open: the next one can use its folder', async () => {
  const node = await nodeForTest()
  const options = {
    dataDir: join(node.folder, 'data'),
    directory: node.directory,
    fixed: { network: { port: 0, dht: false, lsd: false } },
    allowedDirectories: [node.folder],
    log: node.log,
    logEntries: node.kernel.logEntries,
    peerHost: '127.0.0.1',
    onStop() {},
  }
  await expect(runNode(options)).rejects.toMatchObject({ code: 'in-use' })
  await node.close()
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await expect(runNode({ ...options, fixed: { network: { port, dht: false } } })).rejects.toMatchObject({
    code: 'refused',
  })
  server.close()
  const next = await runNode(options)
  await next.close()
})

test('a node that is closed twice while working leaves nothing running', async () => {
  const resources = () =>
    process
      .getActiveResourcesInfo()
      .filter(kind => /Timeout|TCP|UDP|Worker|MessagePort/.test(kind))
      .sort()
  const warm = await testNode()
  await warm.end()
  const before = resources()
  const node = await testNode()
  await node.operations.createUpload({ name: 'x' })
  for (const source of HASHES) await node.operations.addTorrent({ source })
  await node.operations.actOnTorrents({ ids: [HASHES[0]!], action: 'remove' })
  node.events.subscribe('stats', () => {})
  node.events.subscribe(`torrent:${HASHES[1]!}`, () => {})
  const looking = node.operations.previewTorrent({ source: 'f'.repeat(40), timeoutSeconds: 60 })
  const looked = expect(looking).rejects.toThrow()
  await vi.waitFor(() => expect(node.engine.torrents).toHaveLength(4))
  await Promise.all([node.close(), node.close()])
  await looked
  await node.end()
  // Without a timer, which would be counted.
  const deadlineMs = performance.now() + 5000
  // Earlier resources may end in the meantime.
  const left = () => {
    const known = [...before]
    return resources().filter(
      kind => !known.includes(kind) || known.splice(known.indexOf(kind), 1).length === 0,
    )
  }
  while (left().length > 0 && performance.now() < deadlineMs) await new Promise(setImmediate)
  expect(left()).toEqual([])
})
