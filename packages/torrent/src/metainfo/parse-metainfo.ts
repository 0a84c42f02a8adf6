import { equalBytes, hex, latin1 } from '../base/bytes.ts'
import {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeDictionary,
  type BencodeValue,
  decodeRaw,
} from '../bencode/bencode.ts'
import { MAX_LABEL_LENGTH, MAX_LINKS, MAX_TORRENT_BYTES, MAX_URL_LENGTH } from './limits.ts'
import { HASH_BYTES, layerRoot } from './merkle.ts'
import type { Info, Metainfo } from './metainfo.ts'
import { decodeTorrent, parseInfo, TORRENT_DECODING } from './parse-info.ts'
import { badTorrent } from './paths.ts'
import { trackerUrl } from './tracker-url.ts'

/** Shared by all torrents without layers: an empty map takes 200 bytes. */
const NO_LAYERS: ReadonlyMap<string, Uint8Array> = new Map()

/**
 * Parses and validates a `.torrent` file (BEP 3, 5, 12, 19, 27, 47, 52). The result does not keep
 * `bytes` alive. Throws `bad-torrent`, or `unsupported` for versions after v2. Malformed trackers,
 * web seeds and nodes, and wrong piece layers, are skipped.
 */
export function parseMetainfo(bytes: Uint8Array): Metainfo {
  if (bytes.length > MAX_TORRENT_BYTES) throw badTorrent('it is larger than 64 MiB')
  const { dictionary, raw, end } = decodeTorrent(() => decodeRaw(bytes, TORRENT_DECODING))
  // Editors and mail programs may append a line break, but nothing else.
  if (/[^\r\n]/.test(latin1(bytes.subarray(end, end + 16))) || bytes.length > end + 16) {
    throw badTorrent(`it has trailing data at byte ${end}`)
  }
  const infoBytes = raw('info')
  if (!infoBytes) throw badTorrent('it has no info dictionary')
  const encoding = readEncoding(dictionary)
  const info = parseInfo(infoBytes, { encoding })
  const comment = asText(dictionary.get('comment.utf-8')) ?? asText(dictionary.get('comment'))
  const createdBy = asText(dictionary.get('created by'))
  const creationDate = asInteger(dictionary.get('creation date'))
  return {
    info,
    trackers: readTrackers(dictionary),
    webSeeds: readWebSeeds(dictionary),
    nodes: readNodes(dictionary),
    pieceLayers: readPieceLayers(dictionary, info),
    ...(encoding && { encoding }),
    ...(comment !== undefined && { comment }),
    ...(createdBy !== undefined && { createdBy }),
    ...(creationDate !== undefined && creationDate >= 0 && { creationDate }),
  }
}

/**
 * The label of the encoding of names that are not UTF-8: `encoding`, or a code page number as
 * written by BitComet.
 */
function readEncoding(dictionary: BencodeDictionary): string | undefined {
  const codePage = asInteger(dictionary.get('codepage'))
  const label = asText(dictionary.get('encoding'))?.slice(0, MAX_LABEL_LENGTH)
  // Some programs declare UTF-8 although they wrote names in the code page, too.
  const isOfUse = label !== undefined && !/^utf-?8$/i.test(label)
  return isOfUse || codePage === undefined ? label : String(codePage)
}

/** BEP 12: `announce` is ignored if `announce-list` has any tracker. Duplicates are dropped. */
function readTrackers(dictionary: BencodeDictionary): string[][] {
  const take = distinctUrls()
  const tiers: string[][] = []
  for (const item of asList(dictionary.get('announce-list')) ?? []) {
    // Some programs write a flat list without tiers.
    const tier = (asList(item) ?? [item]).map(asTracker).filter(take)
    if (tier.length > 0) tiers.push(tier)
  }
  const announce = asTracker(dictionary.get('announce'))
  return tiers.length === 0 && take(announce) ? [[announce]] : tiers
}

function asTracker(value: BencodeValue | undefined): string | undefined {
  return trackerUrl(asText(value) ?? '') ?? undefined
}

/** BEP 19: one URL or a list of them. */
function readWebSeeds(dictionary: BencodeDictionary): string[] {
  const value = dictionary.get('url-list')
  return (asList(value) ?? [value]).map(asText).filter(distinctUrls())
}

/** Accepts each URL once, up to the limits on length and count. */
function distinctUrls(): (url: string | undefined) => url is string {
  const seen = new Set<string>()
  return (url): url is string => {
    if (url === undefined || url === '' || url.length > MAX_URL_LENGTH) return false
    if (seen.has(url) || seen.size >= MAX_LINKS) return false
    seen.add(url)
    return true
  }
}

/** BEP 5, "Torrent File Extensions": a list of host and port pairs. */
function readNodes(dictionary: BencodeDictionary): { host: string; port: number }[] {
  const nodes: { host: string; port: number }[] = []
  for (const item of (asList(dictionary.get('nodes')) ?? []).slice(0, MAX_LINKS)) {
    const [first, second] = asList(item) ?? []
    const host = asText(first)
    const port = asInteger(second)
    if (!host || host.length > 255 || !port || port < 1 || port > 65535) continue
    nodes.push({ host, port })
  }
  return nodes
}

/**
 * BEP 52: each file of more than one piece needs a piece layer that matches its root. Layers that
 * are missing or do not match are requested from peers.
 */
function readPieceLayers(dictionary: BencodeDictionary, info: Info): ReadonlyMap<string, Uint8Array> {
  const layers = asDictionary(dictionary.get('piece layers'))
  if (!layers) return NO_LAYERS
  const checked = new Map<string, Uint8Array>()
  for (const { piecesRoot, lengthBytes } of info.files) {
    if (!piecesRoot || lengthBytes <= info.pieceLengthBytes) continue
    const layer = asBytes(layers.get(latin1(piecesRoot)))
    const pieces = Math.ceil(lengthBytes / info.pieceLengthBytes)
    if (layer?.length !== pieces * HASH_BYTES) continue
    const key = hex(piecesRoot)
    if (checked.has(key)) continue
    if (equalBytes(layerRoot(layer, info.pieceLengthBytes), piecesRoot))
      checked.set(key, new Uint8Array(layer))
  }
  return checked
}
