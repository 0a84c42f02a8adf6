/** The IP filter of a complete node. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeForTest } from '../testing/for-test.ts'

test('a node reads its IP filter, reports bad lines and reads it again on request', async () => {
  const node = await nodeForTest()
  const { operations, engine } = node
  const path = join(node.folder, 'list.p2p')
  await writeFile(path, 'Bad one:10.9.0.0-10.9.0.255\nnonsense\n')
  expect(await operations.getIpFilter({})).toMatchObject({ path: null, rules: 0, loadedMs: null })
  await operations.changeSettings({ privacy: { ipFilter: path } })
  expect(await operations.getIpFilter({})).toMatchObject({
    ...{ path, rules: 1, ranges: 1, badLines: 1, error: null, blockedPeers: 0 },
    firstBadLines: [{ line: 2, text: 'nonsense' }],
  })
  const torrent = await engine.add('1'.repeat(40))
  torrent.addPeer('10.9.0.7:6881')
  const blocked = async () => (await operations.getIpFilter({})).blockedPeers
  await expect.poll(blocked).toBeGreaterThan(0)
  expect(torrent.stats.knownPeers).toBe(0)
  await writeFile(path, '10.8.0.0/16\n10.7.0.0/16')
  expect(await operations.reloadIpFilter({})).toMatchObject({ rules: 2, badLines: 0 })
  await rm(path)
  await expect(operations.reloadIpFilter({})).rejects.toMatchObject({ code: 'not-found' })
  expect(await operations.getIpFilter({})).toMatchObject({ rules: 2, error: expect.stringContaining(path) })
  expect((await operations.getHealth({})).problems?.join()).toContain('IP filter is out of date')
  await operations.changeSettings({ privacy: { ipFilter: null } })
  expect(await operations.getIpFilter({})).toMatchObject({ path: null, rules: 0 })
})

test('a file that cannot be read is refused, naming the setting', async () => {
  const node = await nodeForTest()
  const change = (ipFilter: string) => node.operations.changeSettings({ privacy: { ipFilter } })
  await expect(change(join(node.folder, 'none'))).rejects.toMatchObject({
    code: 'not-found',
    field: 'privacy.ipFilter',
  })
  expect((await node.operations.getSettings({})).privacy.ipFilter).toBeNull()
})
