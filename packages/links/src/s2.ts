/**
 * Version 2 of share links: everything in binary, in a fixed order, with exactly one encoding of
 * each link. See decision 026.
 */
import { equalBytes } from '@shoal/torrent/base'
import { formatMagnet, type Magnet, parseMagnet } from '@shoal/torrent/magnet'
import { ByteReader, ByteWriter } from './bytes.ts'
import { isRoomHub, SEALED_NAME, SECRET_BYTES, type Seal, type ShareLink } from './contents.ts'
import { altered, tooNew } from './link-error.ts'
import { readPeers, writePeers } from './peers.ts'

/** Bits of the first varint. The parts follow in this order; `private` has none. */
const HAS = {
  v1: 1,
  v2: 2,
  length: 4,
  name: 8,
  trackers: 16,
  webSeeds: 32,
  peers: 64,
  room: 512,
  private: 1024,
  roomHub: 2048,
} as const
/** Two bits say how the share is sealed: index in `SEALS`. */
const SEAL = 128
const SEALS = [undefined, 'key', 'passphrase', 'recipient'] as const
const KNOWN = 4095

/** Common beginnings of URLs, by index. */
const SCHEMES = ['', 'wss://', 'ws://', 'https://', 'http://', 'udp://'] as const
/** The path of most trackers, which is encoded as this bit. */
const ANNOUNCE = '/announce'
const ANNOUNCE_BIT = 8

/** Throws an error of the engine for a magnet link that it could not read. */
export function s2Payload({
  magnet,
  lengthBytes,
  isPrivate,
  seal,
  room,
  roomHub,
}: ShareLink): Uint8Array<ArrayBuffer> {
  const { infoHashes, name, trackers, webSeeds, peers } = parseMagnet(
    formatMagnet({ ...magnet, sources: [], select: [] }),
  )
  const { v1, v2 } = infoHashes
  // Default name of a sealed share. The link has another name, or an empty one for none.
  const isNamed = name !== (seal && SEALED_NAME)
  const writer = new ByteWriter()
  writer.varint(
    (v1 ? HAS.v1 : 0) |
      (v2 ? HAS.v2 : 0) |
      (lengthBytes === undefined ? 0 : HAS.length) |
      (isNamed ? HAS.name : 0) |
      (trackers.length > 0 ? HAS.trackers : 0) |
      (webSeeds.length > 0 ? HAS.webSeeds : 0) |
      (peers.length > 0 ? HAS.peers : 0) |
      (SEALS.indexOf(seal?.by) * SEAL) |
      (room ? HAS.room : 0) |
      (isPrivate ? HAS.private : 0) |
      (roomHub === undefined ? 0 : HAS.roomHub),
  )
  writer.bytes(v1 ?? [], v2 ?? [])
  if (lengthBytes !== undefined) writer.varint(lengthBytes)
  if (isNamed) writer.text(name ?? '')
  for (const urls of [trackers, webSeeds]) if (urls.length > 0) writeUrls(writer, urls)
  if (peers.length > 0) writePeers(writer, peers)
  if (seal?.by === 'key') writer.bytes(seal.key)
  if (room) writer.bytes(room)
  if (roomHub !== undefined) writeUrl(writer, roomHub)
  return writer.toBytes()
}

/** Throws `altered` or `too-new`, or an error of the engine. */
export function s2Contents(payload: Uint8Array): ShareLink {
  const reader = new ByteReader(payload)
  const flags = reader.varint()
  if (flags > KNOWN) throw tooNew()
  const has = (part: keyof typeof HAS) => (flags & HAS[part]) !== 0
  const infoHashes = {
    ...(has('v1') && { v1: reader.bytes(20) }),
    ...(has('v2') && { v2: reader.bytes(32) }),
  }
  const lengthBytes = has('length') ? reader.varint() : undefined
  const by = SEALS[(flags / SEAL) & 3]
  const name = has('name') ? reader.text() || undefined : by && SEALED_NAME
  const magnet: ShareLink['magnet'] = {
    ...{ infoHashes, ...(name !== undefined && { name }) },
    trackers: has('trackers') ? readUrls(reader) : [],
    webSeeds: has('webSeeds') ? readUrls(reader) : [],
    peers: has('peers') ? readPeers(reader) : [],
  }
  const seal: Seal | undefined = by === 'key' ? { by, key: reader.bytes(SECRET_BYTES) } : by && { by }
  const room = has('room') ? reader.bytes(SECRET_BYTES) : undefined
  const roomHub = has('roomHub') ? readUrl(reader) : undefined
  const share = {
    magnet: parseMagnet(formatMagnet(magnet)),
    ...(lengthBytes !== undefined && { lengthBytes }),
    ...(has('private') && { isPrivate: true }),
    ...(seal && { seal }),
    ...(room && { room }),
    ...(roomHub !== undefined && { roomHub }),
  }
  if (roomHub !== undefined && !isRoomHub(share)) throw altered()
  // Each link has exactly one spelling, without extra or ignored bytes.
  if (!equalBytes(s2Payload(share), payload)) throw altered()
  return share
}

function writeUrls(writer: ByteWriter, urls: Magnet['trackers']): void {
  writer.varint(urls.length)
  for (const url of urls) writeUrl(writer, url)
}

function writeUrl(writer: ByteWriter, url: string): void {
  const scheme = Math.max(
    0,
    SCHEMES.findIndex((each, at) => at > 0 && url.startsWith(each)),
  )
  const isAnnounce = url.endsWith(ANNOUNCE) && url.length >= SCHEMES[scheme]!.length + ANNOUNCE.length
  writer.bytes([scheme | (isAnnounce ? ANNOUNCE_BIT : 0)])
  writer.text(url.slice(SCHEMES[scheme]!.length, isAnnounce ? -ANNOUNCE.length : undefined))
}

function readUrls(reader: ByteReader): string[] {
  return reader.list(() => readUrl(reader))
}

function readUrl(reader: ByteReader): string {
  const kind = reader.byte()
  const scheme = SCHEMES[kind & ~ANNOUNCE_BIT]
  if (scheme === undefined) throw altered()
  return scheme + reader.text() + (kind & ANNOUNCE_BIT ? ANNOUNCE : '')
}
