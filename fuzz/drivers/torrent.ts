import { concat, utf8 } from '../../packages/torrent/src/base/bytes.ts'
import { sha256 } from '../../packages/torrent/src/base/crypto.node.ts'
import { ShoalError } from '../../packages/torrent/src/base/errors.ts'
import { formatIp, parseIp } from '../../packages/torrent/src/base/ip.ts'
import { IpFilterParser } from '../../packages/torrent/src/base/ip-filter.ts'
import { seededRandom } from '../../packages/torrent/src/base/random.ts'
import { decode, decodePrefix, decodeRaw } from '../../packages/torrent/src/bencode/decode.ts'
import { encode } from '../../packages/torrent/src/bencode/encode.ts'
import {
  compactNodes,
  parseCompactEndpoint,
  parseCompactNodes,
} from '../../packages/torrent/src/discovery/dht/contact.ts'
import { parseMessage } from '../../packages/torrent/src/discovery/dht/krpc.ts'
import { readResponse } from '../../packages/torrent/src/discovery/dht/response.ts'
import { encodeState, parseState } from '../../packages/torrent/src/discovery/dht/saved-state.ts'
import { decodeLsd, encodeLsd } from '../../packages/torrent/src/discovery/lsd-messages.ts'
import { parseScrape } from '../../packages/torrent/src/discovery/tracker/http-messages.ts'
import {
  decodeAnnounce,
  decodeConnect,
  decodeError,
  decodeHead,
  decodeScrape,
} from '../../packages/torrent/src/discovery/tracker/udp-messages.ts'
import { type Cid, fileCid, parseCid, torrentCid } from '../../packages/torrent/src/metainfo/cid.ts'
import { formatMagnet, parseMagnet } from '../../packages/torrent/src/metainfo/magnet.ts'
import {
  formatMutableMagnet,
  parseMutableMagnet,
} from '../../packages/torrent/src/metainfo/mutable-magnet.ts'
import { parseInfo } from '../../packages/torrent/src/metainfo/parse-info.ts'
import { parseMetainfo } from '../../packages/torrent/src/metainfo/parse-metainfo.ts'
import { writeMetainfo } from '../../packages/torrent/src/metainfo/write-metainfo.ts'
import { readDescription } from '../../packages/torrent/src/port-mapping/igd-description.ts'
import { parseLocation, parseServiceUrl } from '../../packages/torrent/src/port-mapping/router-url.ts'
import { decodeAnswer } from '../../packages/torrent/src/port-mapping/soap.ts'
import { decodeProgress, encodeProgress } from '../../packages/torrent/src/storage/record/resume-record.ts'
import { encodeStunResponse, parseStunRequest } from '../../packages/torrent/src/stun/stun-message.ts'
import { passivePort, ReplyReader } from '../../packages/torrent/src/transport/ftp/ftp-reply.ts'
import { BodyReader } from '../../packages/torrent/src/transport/http/body-reader.ts'
import { checkAnswer, parseRetryAfter } from '../../packages/torrent/src/transport/http/range-answer.ts'
import { HeadReader, parseHead } from '../../packages/torrent/src/transport/http/response-head.ts'
import { parseAnswer } from '../../packages/torrent/src/transport/interface/dns-message.ts'
import { encodeDatagram, parseDatagram, readReply } from '../../packages/torrent/src/transport/proxy/socks.ts'
import { createPacket, decodePacket } from '../../packages/torrent/src/transport/utp/utp-packet.ts'
import { cleanCandidate, cleanSdp, splitCandidates } from '../../packages/torrent/src/transport/webrtc/sdp.ts'
import { decodeCompactPeers, encodeCompactPeers } from '../../packages/torrent/src/wire/compact-peers.ts'
import { EncryptionInitiator } from '../../packages/torrent/src/wire/encryption/initiator.ts'
import { EncryptionResponder } from '../../packages/torrent/src/wire/encryption/responder.ts'
import {
  encodeExtendedHandshake,
  parseExtendedHandshake,
} from '../../packages/torrent/src/wire/extensions/extended-handshake.ts'
import {
  encodeDontHave,
  encodeUploadOnly,
  parseDontHave,
  parseUploadOnly,
} from '../../packages/torrent/src/wire/extensions/small-extensions.ts'
import { encodePex, parsePex } from '../../packages/torrent/src/wire/extensions/ut-pex.ts'
import { encodeHandshake, parseHandshake } from '../../packages/torrent/src/wire/handshake.ts'
import { MessageParser } from '../../packages/torrent/src/wire/message-parser.ts'
import { MessageRecorder } from '../../packages/torrent/src/wire/message-recorder.ts'
import { readReceipt } from '../../packages/torrent/src/wire/recognition/receipt.ts'
import { parseSealed, parseShPeer } from '../../packages/torrent/src/wire/recognition/sh-peer.ts'
import type { Drivers } from '../parser.ts'
import { chunks, driver } from './driver.ts'

const HASH = new Uint8Array(20).fill(0x61)
const KEY = 'a'.repeat(40)
const WEEK_MS = 7 * 86_400_000

const HOME = {
  family: 4,
  name: 'eth0',
  address: '192.168.1.2',
  prefixLength: 24,
  gateway: '192.168.1.1',
} as const
const ROUTER = { host: '192.168.1.1', port: 5000, path: '/root.xml' }

export const DRIVERS: Drivers = {
  'router-location': driver((text: string) => {
    const found = parseLocation(text, '192.168.1.1', HOME)
    if (found && !/^192\.168\.1\.(?!2$)\d+$/.test(found.host)) throw new Error(`leads to ${found.host}`)
    const inside = parseServiceUrl(text, ROUTER)
    if (inside && inside.host !== ROUTER.host) throw new Error(`leads to ${inside.host}`)
  }),
  'router-description': driver((bytes: Uint8Array) => {
    for (const { controlUrl } of readDescription(bytes, ROUTER))
      if (controlUrl.host !== ROUTER.host) throw new Error(`leads to ${controlUrl.host}`)
  }),
  'router-answer': driver((bytes: Uint8Array) => decodeAnswer(bytes, 'GetExternalIPAddress')),
  bencode: driver(
    (bytes: Uint8Array) => {
      decodePrefix(bytes, { depth: 512, unsortedKeys: true })
      if (bytes[0] === 0x64) decodeRaw(bytes).raw('info')
      return decode(bytes)
    },
    value => encode(value),
  ),
  metainfo: driver(parseMetainfo, value => writeMetainfo(value)),
  info: driver((bytes: Uint8Array) => parseInfo(bytes, { encoding: 'shift_jis' })),
  'mutable-magnet': driver(parseMutableMagnet, value => formatMutableMagnet(value)),
  magnet: driver(parseMagnet, value => formatMagnet(value)),
  cid: driver(parseCid, (cid: Cid) =>
    cid.kind === 'torrent' ? torrentCid(cid.infoHashes) : fileCid(cid.piecesRoot),
  ),
  // With the correct checksum, which no mutation would find.
  'resume-record': driver(
    (body: Uint8Array) => decodeProgress(KEY, concat([utf8('shoal-resume-1\n'), sha256(body), body])),
    value => encodeProgress(KEY, value).subarray(15 + 32),
  ),
  'utp-packet': driver((bytes: Uint8Array) => {
    const packet = createPacket()
    if (!decodePacket(bytes, packet)) return
    const { sackStart, sackBytes, payloadStart } = packet
    if (payloadStart > bytes.length || sackStart + sackBytes > payloadStart)
      throw new Error('an offset past the end')
  }),
  'stun-request': driver((bytes: Uint8Array) => {
    const request = parseStunRequest(bytes)
    const response = request && encodeStunResponse(request, '2001:db8::1', 1)
    if (response && response.length > bytes.length + 24) throw new Error('an answer that amplifies')
  }),
  handshake: driver(parseHandshake, value => value && encodeHandshake(value)),
  messages: driver((bytes: Uint8Array) => {
    const recorder = new MessageRecorder()
    const parser = new MessageParser(recorder)
    for (const chunk of chunks(bytes)) parser.push(chunk)
    return recorder.events.length
  }),
  'encryption-accepted': driver((bytes: Uint8Array) => {
    const responder = new EncryptionResponder({ policy: 'prefer', random: seededRandom(1), find: () => HASH })
    for (const chunk of chunks(bytes)) if (responder.receive(chunk).done) return
  }),
  'encryption-opened': driver((bytes: Uint8Array) => {
    const random = seededRandom(1)
    const initiator = new EncryptionInitiator({
      infoHash: HASH,
      policy: 'prefer',
      random,
      initialPayload: HASH,
    })
    initiator.start()
    for (const chunk of chunks(bytes)) if (initiator.receive(chunk).done) return
  }),
  'compact-peers': driver(
    (bytes: Uint8Array) => {
      decodeCompactPeers(bytes, 6)
      return decodeCompactPeers(bytes, 4)
    },
    peers => encodeCompactPeers(peers, 4),
  ),
  'extended-handshake': driver(parseExtendedHandshake, value => encodeExtendedHandshake(value)),
  'ut-pex': driver(parsePex, value => encodePex(value)),
  'sh-peer': driver((bytes: Uint8Array) => {
    const message = parseShPeer(bytes)
    // The content of a sealed message has the same format.
    if (message.type === 'unknown') return parseSealed(bytes, new Uint8Array(32).fill(0x6b))
    return message
  }),
  receipt: driver((bytes: Uint8Array) => readReceipt(bytes, new Uint8Array(32).fill(0x6b))),
  'dont-have': driver(parseDontHave, value => encodeDontHave(value)),
  'upload-only': driver(parseUploadOnly, value => encodeUploadOnly(value)),
  sdp: driver(
    (text: string) => {
      const clean = cleanSdp(text)
      if (clean) splitCandidates(clean)
      return clean
    },
    clean => clean,
  ),
  'ice-candidate': driver((text: string) => {
    try {
      return cleanCandidate(JSON.parse(text))
    } catch (error) {
      if (error instanceof SyntaxError) return null
      throw error
    }
  }),
  'dht-contacts': driver(
    (bytes: Uint8Array) => {
      parseCompactEndpoint(bytes)
      parseCompactNodes(bytes, 6)
      return parseCompactNodes(bytes, 4)
    },
    contacts => contacts && compactNodes(contacts),
  ),
  'dht-response': driver((bytes: Uint8Array) => {
    const message = parseMessage(bytes)
    const from = { ip: Uint8Array.of(192, 0, 2, 1), host: '192.0.2.1', port: 6881 }
    return message.kind === 'response' ? readResponse(message, from) : null
  }),
  'dht-state': driver(parseState, value => (value.size > 0 ? encodeState(value) : null)),
  lsd: driver(decodeLsd, value => value && encodeLsd(value, '239.192.152.143:6771')),
  'http-scrape': driver((bytes: Uint8Array) => parseScrape(bytes, [HASH, new Uint8Array(20)])),
  'udp-tracker': driver((bytes: Uint8Array) => {
    decodeConnect(bytes)
    decodeAnnounce(bytes, 4)
    decodeAnnounce(bytes, 6)
    decodeScrape(bytes, 3)
    decodeError(bytes)
    return decodeHead(bytes)
  }),
  'ip-filter': driver((text: string) => {
    const parser = new IpFilterParser()
    for (let at = 0; at < text.length; at += 100) parser.push(text.slice(at, at + 100))
    return parser.end().rules
  }),
  'dns-answer': driver((bytes: Uint8Array) =>
    parseAnswer(bytes, { id: 0x1234, name: 'tracker.example', type: 1 }),
  ),
  'socks-reply': driver((bytes: Uint8Array) => {
    let at = 0
    const read = async (count: number) => {
      if (at + count > bytes.length) throw new ShoalError('closed', 'it closed the connection')
      at += count
      return bytes.slice(at - count, at)
    }
    return readReply(read, { host: 'host.example', port: 80 })
  }),
  'socks-datagram': driver(parseDatagram, value => value && encodeDatagram(value.from, value.payload)),
  'ftp-reply': driver((bytes: Uint8Array) => {
    const reader = new ReplyReader()
    for (const chunk of chunks(bytes)) for (const reply of reader.push(chunk)) passivePort(reply)
  }),
  'http-head': driver((bytes: Uint8Array) => {
    const reader = new HeadReader()
    for (const chunk of chunks(bytes)) reader.push(chunk)
    return reader.head
  }),
  'http-body': driver((bytes: Uint8Array) => {
    const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('\r\n\r\n')
    if (end < 0) return
    const reader = new BodyReader(parseHead(Buffer.from(bytes.subarray(0, end)).toString('latin1')))
    let length = 0
    for (const chunk of chunks(bytes.subarray(end + 4)))
      reader.push(chunk, data => {
        length += data.length
      })
    if (length > bytes.length) throw new Error('the body is longer than what arrived')
  }),
  'range-answer': driver((text: string) => {
    const { status, headers } = parseHead(text)
    const answer = { status, header: (name: string) => headers.get(name) }
    const url = 'http://seed.example/file'
    return checkAnswer(answer, { url, start: 16384, lengthBytes: 16384, fileBytes: 100_000 }, WEEK_MS, null)
  }),
  'retry-after': driver((text: string) => {
    const waitMs = parseRetryAfter(text, WEEK_MS)
    if (!(waitMs >= 0 && waitMs <= 86_400_000)) throw new Error(`a wait of ${waitMs} ms`)
  }),
  ip: driver(parseIp, ip => ip && formatIp(ip)),
}
