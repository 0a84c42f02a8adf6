import { fromHex, latin1 } from '../base/bytes.ts'
import { Encoded, encode } from '../bencode/bencode.ts'
import type { Metainfo } from './metainfo.ts'

/** The `.torrent` file of a torrent. Its info dictionary keeps its very bytes, so its hashes too. */
export function writeMetainfo(metainfo: Metainfo): Uint8Array {
  const { info, trackers, webSeeds, nodes, pieceLayers } = metainfo
  const urls = trackers.flat()
  const layers = [...pieceLayers].map(([root, layer]) => [latin1(fromHex(root)!), layer] as const)
  return encode({
    announce: urls[0],
    // BEP 12: one tracker needs no list.
    'announce-list': urls.length > 1 ? trackers : undefined,
    comment: metainfo.comment,
    'created by': metainfo.createdBy,
    'creation date': metainfo.creationDate,
    info: new Encoded(info.bytes),
    nodes: nodes.length > 0 ? nodes.map(({ host, port }) => [host, port]) : undefined,
    // BEP 52: the key is there in every torrent of v2, even when no file needs it.
    'piece layers': info.version === 'v1' ? undefined : new Map(layers),
    // BEP 19: a single URL may stand alone, which the oldest clients expect.
    'url-list': webSeeds.length === 1 ? webSeeds[0] : webSeeds.length > 1 ? webSeeds : undefined,
  })
}
