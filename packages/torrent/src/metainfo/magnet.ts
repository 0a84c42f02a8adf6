import { equalBytes, fromBase32, fromHex, hex } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { SHA256_MULTIHASH } from './info-hash.ts'
import { MAX_LINKS, MAX_URL_LENGTH } from './limits.ts'
import type { InfoHashes, Metainfo } from './metainfo.ts'
import { trackerUrl } from './tracker-url.ts'

/** An inclusive range of file indices (BEP 53), from 0. */
export interface FileRange {
  readonly first: number
  readonly last: number
}

/** The contents of a magnet link (BEP 9, 52, 53). */
export interface Magnet {
  /** `xt`: v1, v2 or both. */
  readonly infoHashes: InfoHashes
  /** `dn`: name to display until the metadata is known. */
  readonly name?: string
  /** `tr`: tracker URLs. */
  readonly trackers: readonly string[]
  /** `ws`: web seed URLs. */
  readonly webSeeds: readonly string[]
  /** `xs` and `as`: HTTP(S) URLs of the `.torrent`. */
  readonly sources: readonly string[]
  /**
   * `x.pe`: peers to connect to immediately; hosts are names or addresses without brackets. A host
   * that begins with `/` is a libp2p address, without a port (0).
   */
  readonly peers: readonly { readonly host: string; readonly port: number }[]
  /**
   * `so`: the selected files (BEP 53), in order and without overlap. Absent if all files are
   * wanted.
   */
  readonly select?: readonly FileRange[]
}

/**
 * Longest magnet link in characters. Links in the wild stay below 10,000 even with dozens of
 * trackers.
 */
export const MAX_MAGNET_LENGTH = 65_536
const MAX_RANGES = 10_000
/** Pages can register only schemes that begin with `web+`. */
const SCHEME = /^\s*(?:web\+)?magnet:/i
const MAX_FILE_INDEX = 2 ** 31 - 1

/** Whether the text is meant as a magnet link. */
export function isMagnet(text: string): boolean {
  return SCHEME.test(text)
}

/**
 * Parses a magnet link. Throws `bad-magnet` if the text is not one, or if it has no BitTorrent info
 * hash or two contradictory ones. Other parameters are ignored if they are malformed or unknown.
 */
export function parseMagnet(text: string): Magnet {
  if (text.length > MAX_MAGNET_LENGTH) throw badMagnet(`is longer than ${MAX_MAGNET_LENGTH} characters`)
  const parts = text.replace(SCHEME, '').trim()
  if (!isMagnet(text) || !parts.startsWith('?')) throw badMagnet('does not begin with "magnet:?"')
  const hashes: { v1?: Uint8Array; v2?: Uint8Array } = {}
  let name: string | undefined
  let selection: string | undefined
  const trackers = new Set<string>()
  const webSeeds = new Set<string>()
  const sources = new Set<string>()
  const peers = new Map<string, { host: string; port: number }>()
  for (const [key, value] of parameters(parts.slice(1))) {
    if (key === 'xt') addInfoHash(hashes, value)
    else if (key === 'dn') name ??= value
    else if (key === 'so') selection = selection === undefined ? value : `${selection},${value}`
    else if (key === 'tr') addUrl(trackers, trackerUrl(value) ?? '')
    else if (key === 'ws') addUrl(webSeeds, value)
    else if ((key === 'xs' || key === 'as') && /^https?:/i.test(value)) addUrl(sources, value)
    else if (key === 'x.pe' && peers.size < MAX_LINKS) {
      const peer = parsePeer(value)
      if (peer) peers.set(formatPeer(peer), peer)
    }
  }
  if (!hashes.v1 && !hashes.v2) throw badMagnet('has no info hash (xt=urn:btih:… or urn:btmh:…)')
  const select = parseSelection(selection)
  return {
    infoHashes: hashes,
    ...(name && { name }),
    trackers: [...trackers],
    webSeeds: [...webSeeds],
    sources: [...sources],
    peers: [...peers.values()],
    ...(select.length > 0 && { select }),
  }
}

/** The input of `formatMagnet`: only the info hashes are required. */
export type MagnetParts = Pick<Magnet, 'infoHashes'> & Partial<Magnet>

/** Writes a magnet link that `parseMagnet` reads back. Throws `bad-magnet` without an info hash. */
export function formatMagnet(magnet: MagnetParts): string {
  const { v1, v2 } = magnet.infoHashes
  if (!v1 && !v2) throw badMagnet('needs an info hash')
  const value = (text: string) => encodeURIComponent(text.toWellFormed())
  const select = magnet.select?.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
  const parts = [
    ...(v1 ? [`xt=urn:btih:${hex(v1)}`] : []),
    ...(v2 ? [`xt=urn:btmh:${SHA256_MULTIHASH}${hex(v2)}`] : []),
    ...(magnet.name ? [`dn=${value(magnet.name)}`] : []),
    ...(magnet.trackers ?? []).map(url => `tr=${value(url)}`),
    ...(magnet.webSeeds ?? []).map(url => `ws=${value(url)}`),
    ...(magnet.sources ?? []).map(url => `xs=${value(url)}`),
    ...(magnet.peers ?? []).map(peer => `x.pe=${formatPeer(peer)}`),
    ...(select?.length ? [`so=${select.join(',')}`] : []),
  ]
  return `magnet:?${parts.join('&')}`
}

/** The magnet link of a torrent, with its trackers and web seeds. */
export function magnetOf({ info, trackers, webSeeds }: Metainfo): string {
  return formatMagnet({ infoHashes: info.infoHashes, name: info.name, trackers: trackers.flat(), webSeeds })
}

/** The file indices below `fileCount` that the ranges select, ascending. */
export function selectedFiles(ranges: readonly FileRange[], fileCount: number): number[] {
  const files: number[] = []
  for (const { first, last } of ranges) {
    for (let file = first; file <= last && file < fileCount; file++) files.push(file)
  }
  return files
}

/**
 * Yields decoded keys and values and skips those that are not percent-encoded UTF-8. `tr.1` counts
 * as `tr`.
 */
function* parameters(query: string): Generator<[key: string, value: string]> {
  // Links copied from HTML source have "&amp;" between parameters.
  for (const part of query.split(/&(?:amp;)?/)) {
    const equals = part.indexOf('=')
    if (equals < 0) continue
    const key = part
      .slice(0, equals)
      .toLowerCase()
      .replace(/\.\d+$/, '')
    const value = part.slice(equals + 1)
    // Names use form encoding, with "+" for a space; in a URL a "+" is literal.
    const text = percentDecoded(key === 'dn' ? value.replaceAll('+', ' ') : value)
    if (text !== null) yield [key, text]
  }
}

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function addInfoHash(hashes: { v1?: Uint8Array; v2?: Uint8Array }, topic: string): void {
  const [, kind, text] = /^urn:(btih|btmh):([0-9a-z]+)$/i.exec(topic) ?? []
  if (!kind || !text) return
  const version = kind.toLowerCase() === 'btih' ? 'v1' : 'v2'
  const hash = version === 'v1' ? readBtih(text) : readBtmh(text)
  if (!hash) throw badMagnet(`has a malformed info hash: ${text.slice(0, 80)}`)
  const other = hashes[version]
  if (other && !equalBytes(other, hash)) throw badMagnet(`has two different ${version} info hashes`)
  hashes[version] = hash
}

/** BEP 9: 40 hex or, in old links, 32 base32 characters. */
function readBtih(text: string): Uint8Array | null {
  return text.length === 40 ? fromHex(text) : text.length === 32 ? fromBase32(text) : null
}

/** BEP 9: a multihash in hex; BEP 52 uses only SHA-256. */
function readBtmh(text: string): Uint8Array | null {
  return text.length === 68 && text.startsWith(SHA256_MULTIHASH) ? fromHex(text.slice(4)) : null
}

function addUrl(urls: Set<string>, url: string): void {
  if (url !== '' && url.length <= MAX_URL_LENGTH && urls.size < MAX_LINKS) urls.add(url)
}

/** BEP 9: `hostname:port`, `ipv4-literal:port` or `[ipv6-literal]:port`. Ours: `/…`. */
function parsePeer(text: string): { host: string; port: number } | null {
  if (/^\/[!-~]{1,500}$/.test(text)) return { host: text, port: 0 }
  const [, v6, name, digits] =
    /^(?:\[([0-9a-f:.%]{2,64})\]|([^\s:/[\]@]{1,253})):(\d{1,5})$/i.exec(text) ?? []
  const host = (v6 ?? name)?.toLowerCase()
  const port = Number(digits)
  return host && port >= 1 && port <= 65535 ? { host, port } : null
}

function formatPeer({ host, port }: { host: string; port: number }): string {
  if (!port) return encodeURIComponent(host)
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * BEP 53: indices and inclusive ranges, separated by commas. Malformed ones are ignored, and all if
 * there are too many.
 */
function parseSelection(text = ''): FileRange[] {
  const items = text.split(',')
  if (items.length > MAX_RANGES) return []
  const ranges = items.flatMap(item => {
    const [, first, last = first] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(item) ?? []
    const range = { first: Number(first), last: Number(last) }
    return range.first <= range.last && range.last <= MAX_FILE_INDEX ? [range] : []
  })
  ranges.sort((a, b) => a.first - b.first)
  const merged: { first: number; last: number }[] = []
  for (const { first, last } of ranges) {
    const before = merged.at(-1)
    if (before && first <= before.last + 1) before.last = Math.max(before.last, last)
    else merged.push({ first, last })
  }
  return merged
}

function badMagnet(fault: string): ShoalError {
  return new ShoalError('bad-magnet', `This magnet link ${fault}`)
}
