import { fromHex, latin1 } from '../base/bytes.ts'
import { Encoded, encode } from '../bencode/bencode.ts'
import type { Metainfo } from './metainfo.ts'

/**
 * Encodes a `.torrent` file. The info dictionary keeps its exact bytes and therefore its info
 * hashes.
 */
export function writeMetainfo(metainfo: Metainfo): Uint8Array {
  const { info, trackers, webSeeds, nodes, pieceLayers } = metainfo
  const urls = trackers.flat()
  const layers = [...pieceLayers].map(([root, layer]) => [latin1(fromHex(root)!), layer] as const)
  return encode({
    announce: urls[0],
    // BEP 12: a single tracker needs no list.
    'announce-list': urls.length > 1 ? trackers : undefined,
    comment: metainfo.comment,
    'created by': metainfo.createdBy,
    'creation date': metainfo.creationDate,
    encoding: metainfo.encoding,
    info: new Encoded(info.bytes),
    nodes: nodes.length > 0 ? nodes.map(({ host, port }) => [host, port]) : undefined,
    // BEP 52: every v2 torrent has this key, even if no file needs it.
    'piece layers': info.version === 'v1' ? undefined : new Map(layers),
    // BEP 19: a single URL may be a plain string, which the oldest clients expect.
    'url-list': webSeeds.length === 1 ? webSeeds[0] : webSeeds.length > 1 ? webSeeds : undefined,
  })
}
