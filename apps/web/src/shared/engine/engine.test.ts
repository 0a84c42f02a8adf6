import { blobSource, createTorrentFrom, infoHashText, writeMetainfo } from '@shoal/torrent'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Engine } from './engine.ts'
import type { BorrowedRtc } from './rtc-borrower.ts'
import { idOf } from './snapshot.ts'
import { MOST_UNDECIDED } from './undecided.ts'

/** Nobody is found here. */
const NO_RTC: BorrowedRtc = {
  createPeer() {
    throw new Error('there is nobody to connect to')
  },
  lend() {},
}
const hashOf = (at: number) => at.toString(16).padStart(40, '0')
const links = Array.from({ length: MOST_UNDECIDED + 5 }, (_, at) => `magnet:?xt=urn:btih:${hashOf(at + 1)}`)

let engine: Engine
beforeEach(async () => {
  engine = await Engine.open({ memory: true }, NO_RTC)
})
afterEach(() => engine.close())
const ids = () => engine.torrents.map(idOf)

async function open(...opened: readonly string[]) {
  const added: string[] = []
  for (const link of opened) added.push((await engine.add(link, { select: [] })).id)
  return added
}

test('of links that were only opened the latest are kept', async () => {
  const added = await open(...links)
  expect(ids().sort()).toEqual(added.slice(5).sort())
})

test('the link that is opened again stays, however old it is', async () => {
  const added = await open(...links.slice(0, MOST_UNDECIDED))
  await open(links[0]!)
  expect(ids()).toHaveLength(MOST_UNDECIDED)
  expect(ids()).toContain(added[0])
})

test('what is downloaded, or shared from here, stays, and does not count', async () => {
  const wanted = await torrentOf('wanted.txt')
  await engine.add(writeMetainfo(wanted.metainfo))
  const mine = await torrentOf('mine.txt')
  await engine.seed(mine.metainfo, [{ path: ['mine.txt'], file: mine.file }])
  const added = await open(...links)
  const stay = [wanted, mine].map(({ metainfo }) => infoHashText(metainfo.info.infoHashes))
  expect(ids().sort()).toEqual([...stay, ...added.slice(5)].sort())
})

test('files whose link was opened before they were chosen again are seeded', async () => {
  const { file, metainfo } = await torrentOf('mine.txt')
  const id = infoHashText(metainfo.info.infoHashes)
  await engine.add(`magnet:?xt=urn:btih:${id}`, { select: [] })
  const seeded = await engine.seed(metainfo, [{ path: ['mine.txt'], file }])
  expect(seeded).toMatchObject({ id, origin: 'shared' })
  await expect.poll(() => engine.snapshot(engine.torrent(id)).haveBytes).toBe(file.size)
  expect(ids()).toEqual([id])
})

test('what is shared already stays as it is', async () => {
  const { file, metainfo } = await torrentOf('mine.txt')
  const seed = () => engine.seed(metainfo, [{ path: ['mine.txt'], file }])
  const { id } = await seed()
  const before = engine.torrent(id)
  await seed()
  expect(engine.torrent(id)).toBe(before)
})

test('of files that are not those of the expected torrent nothing is shared', async () => {
  const share = (text: string, expected?: string) =>
    engine.share(
      [{ path: ['mine.txt'], file: new Blob([text]) }],
      { name: 'mine.txt', ...(expected && { expected }) },
      { job: text, onProgress() {} },
    )
  const { id } = await share('as it was')
  await engine.remove(id)
  await expect(share('changed', id)).rejects.toThrow('these are other files')
  expect(ids()).toEqual([])
  expect(await share('as it was', id)).toMatchObject({ id })
})

async function torrentOf(name: string) {
  const file = new Blob([name])
  return { file, metainfo: await createTorrentFrom([blobSource([name], file)], { name }) }
}
