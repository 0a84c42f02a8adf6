import { contentKeys, sealedKey } from '@shoal/network/page-peers'
import { infoHashText, type TorrentApi } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { followed } from './libp2p-peers.ts'

const BYTES = 10

/** `of.info`: null while the metadata is unknown. */
function torrent(of: { name?: string; paused?: boolean; info?: object | null; stats?: object } = {}) {
  const { name = 'harbour', paused = false, info = {}, stats } = of
  return {
    ...{ name, paused, infoHashes: { v1: new Uint8Array(20) } },
    metainfo: info && { info: { lengthBytes: BYTES, private: false, ...info } },
    stats: { haveBytes: 0, downloadedBytes: 0, ...stats },
  } as unknown as TorrentApi
}

const intents = (...torrents: TorrentApi[]) =>
  followed(torrents, new Map()).map(({ seeks, provides }) => ({ seeks, provides }))

test('what was made here is announced, what lacks anything is sought, and downloads are neither', () => {
  expect(intents(torrent({ stats: { haveBytes: BYTES } }))).toEqual([{ seeks: false, provides: true }])
  const seeking = [{ seeks: true, provides: false }]
  expect(intents(torrent({ info: null }))).toEqual(seeking)
  expect(intents(torrent({ stats: { haveBytes: 5, downloadedBytes: 5 } }))).toEqual(seeking)
  const downloaded = torrent({ stats: { haveBytes: BYTES, downloadedBytes: BYTES } })
  expect(intents(downloaded)).toEqual([{ seeks: false, provides: false }])
})

test('private torrents, sealed shares whose key is unknown, and paused torrents are left alone', () => {
  const apart = [
    torrent({ info: { private: true } }),
    torrent({ name: 'sealed.age' }),
    torrent({ paused: true }),
  ]
  expect(intents(...apart)).toEqual([])
})

test('a sealed share is announced and sought by the key of its link only', () => {
  const sealed = torrent({ name: 'sealed.age', stats: { haveBytes: BYTES } })
  const linkKey = new Uint8Array(32).fill(7)
  const [found] = followed([sealed], new Map([[infoHashText(sealed.infoHashes), linkKey]]))
  expect(found).toMatchObject({ keys: [sealedKey(linkKey)], provides: true })
  const [plain] = followed([torrent()], new Map())
  expect(plain!.keys).toEqual(contentKeys(plain!.infoHashes))
  expect(plain!.keys).not.toContainEqual(sealedKey(linkKey))
})
