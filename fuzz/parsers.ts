/**
 * All parsers of untrusted bytes and text; those of capabilities are in their folders. A test fails
 * if packages or apps export a function that looks like one and is in neither this list nor
 * `EXCEPTIONS`. A parser that needs more than its input also has an entry in `drivers.ts`.
 */
import { FUZZED_OF_CAPABILITIES } from './of-capabilities.ts'
import type { Fuzzed, Parser } from './parser.ts'

const OF_CAPABILITIES: readonly Fuzzed[] = FUZZED_OF_CAPABILITIES

/** Generated inputs are at most this long, even if a parser accepts more. */
const MOST = 64 << 10
/** A datagram. */
const UDP = 1500

// biome-ignore format: one line per parser
export const PARSERS: readonly Parser[] = [
  // Bencoding and torrents
  { name: 'bencode', file: 'packages/torrent/src/bencode/decode.ts', export: 'decode', covers: ['decodePrefix', 'decodeRaw'], takes: 'bytes', format: 'bencode', throws: ['bad-bencode'], maxBytes: MOST },
  { name: 'metainfo', file: 'packages/torrent/src/metainfo/parse-metainfo.ts', export: 'parseMetainfo', takes: 'bytes', format: 'bencode', throws: ['bad-torrent', 'unsupported'], maxBytes: MOST },
  { name: 'info', file: 'packages/torrent/src/metainfo/parse-info.ts', export: 'parseInfo', takes: 'bytes', format: 'bencode', throws: ['bad-torrent', 'unsupported'], maxBytes: MOST },
  { name: 'magnet', file: 'packages/torrent/src/metainfo/magnet.ts', export: 'parseMagnet', takes: 'utf8', format: 'text', throws: ['bad-magnet'], maxBytes: 16384 },
  { name: 'mutable-magnet', file: 'packages/torrent/src/metainfo/mutable-magnet.ts', export: 'parseMutableMagnet', takes: 'utf8', format: 'text', throws: ['bad-magnet'], maxBytes: 5000 },
  { name: 'info-hash', file: 'packages/torrent/src/metainfo/info-hash.ts', export: 'parseInfoHash', takes: 'utf8', format: 'text', throws: ['bad-info-hash'], maxBytes: 200 },
  { name: 'cid', file: 'packages/torrent/src/metainfo/cid.ts', export: 'parseCid', takes: 'utf8', format: 'text', throws: ['bad-info-hash'], maxBytes: 200 },
  { name: 'resume-record', file: 'packages/torrent/src/storage/record/resume-record.ts', export: 'decodeProgress', takes: 'bytes', format: 'bencode', throws: ['bad-bencode'], maxBytes: MOST },

  // Peers
  { name: 'utp-packet', file: 'packages/torrent/src/transport/utp/utp-packet.ts', export: 'decodePacket', takes: 'bytes', format: 'binary', throws: [], maxBytes: UDP },
  { name: 'handshake', file: 'packages/torrent/src/wire/handshake.ts', export: 'parseHandshake', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 200 },
  { name: 'messages', file: 'packages/torrent/src/wire/message-parser.ts', export: 'MessageParser', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 4096 },
  { name: 'encryption-accepted', file: 'packages/torrent/src/wire/encryption/responder.ts', export: 'EncryptionResponder', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 2048, isCostly: true },
  { name: 'encryption-opened', file: 'packages/torrent/src/wire/encryption/initiator.ts', export: 'EncryptionInitiator', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 2048, isCostly: true },
  { name: 'compact-peers', file: 'packages/torrent/src/wire/compact-peers.ts', export: 'decodeCompactPeers', covers: ['decodeCompactPeer'], takes: 'bytes', format: 'binary', throws: [], maxBytes: 4096 },
  { name: 'extended-handshake', file: 'packages/torrent/src/wire/extensions/extended-handshake.ts', export: 'parseExtendedHandshake', takes: 'bytes', format: 'bencode', throws: ['bad-message'], maxBytes: 4096 },
  { name: 'ut-metadata', file: 'packages/torrent/src/wire/extensions/ut-metadata.ts', export: 'parseMetadataMessage', takes: 'bytes', format: 'bencode', throws: ['bad-message'], maxBytes: 17000 },
  { name: 'ut-pex', file: 'packages/torrent/src/wire/extensions/ut-pex.ts', export: 'parsePex', takes: 'bytes', format: 'bencode', throws: ['bad-message'], maxBytes: 8192 },
  { name: 'ut-holepunch', file: 'packages/torrent/src/wire/extensions/ut-holepunch.ts', export: 'parseHolepunch', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 64 },
  { name: 'dont-have', file: 'packages/torrent/src/wire/extensions/small-extensions.ts', export: 'parseDontHave', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 16 },
  { name: 'upload-only', file: 'packages/torrent/src/wire/extensions/small-extensions.ts', export: 'parseUploadOnly', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 16 },
  { name: 'sh-peer', file: 'packages/torrent/src/wire/recognition/sh-peer.ts', export: 'parseShPeer', covers: ['parseSealed'], takes: 'bytes', format: 'bencode', throws: ['bad-message'], maxBytes: 3000 },
  { name: 'receipt', file: 'packages/torrent/src/wire/recognition/receipt.ts', export: 'readReceipt', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 200 },
  { name: 'sdp', file: 'packages/torrent/src/transport/webrtc/sdp.ts', export: 'cleanSdp', takes: 'utf8', format: 'text', throws: [], maxBytes: 24000 },
  { name: 'ice-candidate', file: 'packages/torrent/src/transport/webrtc/sdp.ts', export: 'cleanCandidate', takes: 'utf8', format: 'json', throws: [], maxBytes: 4096 },

  // The Shoal network
  { name: 'kad-message', file: 'packages/network/src/kad/messages.ts', export: 'decodeMessage', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 4096 },
  { name: 'peer-name', file: 'packages/network/src/transport/peer-name.ts', export: 'parsePeerName', takes: 'utf8', format: 'text', throws: ['unreachable'], maxBytes: 600 },
  { name: 'protobuf', file: 'packages/network/src/kad/protobuf.ts', export: 'readFields', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 4096 },
  { name: 'index-request', file: 'packages/network/src/indexing/messages.ts', export: 'decodeRequest', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 4096 },
  { name: 'index-response', file: 'packages/network/src/indexing/messages.ts', export: 'decodeResponse', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 4096 },
  { name: 'search-entry', file: 'packages/network/src/entries/entry.ts', export: 'decodeEntry', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 1100 },

  // People and devices
  { name: 'signed-cbor', file: 'packages/identity/src/devices/signed-cbor.ts', export: 'readSignedCbor', covers: ['decodeCbor'], takes: 'bytes', format: 'binary', throws: [], maxBytes: 4096 },
  { name: 'device-list', file: 'packages/identity/src/devices/device-list.ts', export: 'readDeviceList', takes: 'bytes', format: 'binary', throws: ['bad-device-list'], maxBytes: 4096 },
  { name: 'device', file: 'packages/identity/src/devices/device-list.ts', export: 'readDevice', takes: 'bytes', format: 'binary', throws: ['bad-device-list'], maxBytes: 1024 },
  { name: 'profile', file: 'packages/identity/src/profile/profile.ts', export: 'readProfile', takes: 'bytes', format: 'binary', throws: ['bad-profile'], maxBytes: 4096, isCostly: true },
  { name: 'profile-picture', file: 'packages/identity/src/profile/picture.ts', export: 'readPicture', takes: 'bytes', format: 'binary', throws: ['bad-picture'], maxBytes: 4096 },
  { name: 'people-request', file: 'packages/identity/src/exchange/messages.ts', export: 'decodePeopleRequest', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 1024 },
  { name: 'people-response', file: 'packages/identity/src/exchange/messages.ts', export: 'decodePeopleResponse', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 8192 },
  { name: 'person-code', file: 'packages/identity/src/safety/safety-words.ts', export: 'readPersonCode', takes: 'utf8', format: 'text', throws: ['bad-code'], maxBytes: 1024 },
  { name: 'room-head', file: 'packages/hub-stores/src/log/heads.ts', export: 'readHead', covers: ['openHead'], takes: 'bytes', format: 'binary', throws: ['bad-head'], maxBytes: 512 },
  { name: 'room-home', file: 'packages/hub-stores/src/log/room-home.ts', export: 'readRoomHome', takes: 'bytes', format: 'binary', throws: ['bad-home'], maxBytes: 2048 },
  { name: 'room-packet', file: 'packages/hub-api/src/rooms/cbor-parser.ts', export: 'decodePacket', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 8192 },
  { name: 'room-wake', file: 'apps/hub/src/rooms/wake.ts', export: 'readWake', takes: 'bytes', format: 'binary', throws: [], maxBytes: 8192 },
  { name: 'device-history', file: 'packages/identity/src/devices/device-history.ts', export: 'parseDeviceHistory', takes: 'utf8', format: 'json', throws: ['bad-device-list'], maxBytes: 4096 },
  { name: 'device-text', file: 'packages/identity/src/devices/device-history.ts', export: 'readDeviceText', takes: 'utf8', format: 'text', throws: ['bad-device-list'], maxBytes: 4096 },
  { name: 'hub-address', file: 'apps/node/src/node/hubs/hub-address.ts', export: 'readHubAddress', takes: 'utf8', format: 'text', throws: ['bad-argument'], maxBytes: 2048 },
  { name: 'seed-words', file: 'packages/identity/src/seed-words.ts', export: 'fromSeedWords', takes: 'utf8', format: 'text', throws: ['bad-words'], maxBytes: 4096 },

  // Chat
  { name: 'chat-content', file: 'packages/chat/src/conversations/contents.ts', export: 'readContent', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 4096 },
  { name: 'chat-envelope', file: 'packages/chat/src/envelope/envelope.ts', export: 'readEnvelope', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 4096 },
  { name: 'chat-padding', file: 'packages/chat/src/envelope/padding.ts', export: 'unpad', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 2048 },
  { name: 'chat-credential', file: 'packages/chat/src/groups/credential.ts', export: 'readCredential', takes: 'bytes', format: 'binary', throws: ['bad-credential'], maxBytes: 8192, isCostly: true },
  { name: 'chat-message-body', file: 'packages/chat/src/messages/message.ts', export: 'readBody', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 4096 },
  { name: 'chat-rules', file: 'packages/chat/src/groups/policy.ts', export: 'decodePolicy', takes: 'bytes', format: 'binary', throws: ['bad-policy'], maxBytes: 4096 },
  { name: 'chat-report', file: 'packages/chat/src/device/report.ts', export: 'readReport', takes: 'utf8', format: 'text', throws: ['bad-report'], maxBytes: 8192 },
  { name: 'chat-hub-proof', file: 'packages/chat/src/hub/fork-proof.ts', export: 'readForkProof', takes: 'utf8', format: 'text', throws: ['bad-report'], maxBytes: 8192 },
  { name: 'chat-history-line', file: 'packages/chat/src/device/history-lines.ts', export: 'readHistoryLine', takes: 'utf8', format: 'text', throws: ['bad-argument'], maxBytes: 4096 },
  { name: 'chat-history-code', file: 'packages/chat/src/device/history-transfer.ts', export: 'readHistoryCode', takes: 'utf8', format: 'text', throws: ['bad-argument'], maxBytes: 1024 },
  { name: 'chat-invitation', file: 'packages/chat/src/device/invitation.ts', export: 'readInvitation', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 2048 },
  { name: 'chat-return-request', file: 'packages/chat/src/device/return-request.ts', export: 'readRequest', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 256 },
  { name: 'chat-copy', file: 'packages/chat/src/device/kept-messages.ts', export: 'readCopy', takes: 'bytes', format: 'binary', throws: [], maxBytes: 4096 },
  { name: 'chat-signal', file: 'packages/chat/src/direct/signal.ts', export: 'decodeSignal', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 8192 },
  { name: 'chat-direct', file: 'packages/chat/src/direct/frames.ts', export: 'decodeFrame', takes: 'bytes', format: 'binary', throws: ['bad-message'], maxBytes: 8192 },

  // DHT, local discovery, trackers as their client
  { name: 'krpc', file: 'packages/torrent/src/discovery/dht/krpc.ts', export: 'parseMessage', takes: 'bytes', format: 'bencode', throws: [], maxBytes: 4096 },
  { name: 'dht-contacts', file: 'packages/torrent/src/discovery/dht/contact.ts', export: 'parseCompactNodes', covers: ['parseCompactEndpoint'], takes: 'bytes', format: 'binary', throws: [], maxBytes: UDP },
  { name: 'dht-response', file: 'packages/torrent/src/discovery/dht/response.ts', export: 'readResponse', takes: 'bytes', format: 'bencode', throws: [], maxBytes: 4096 },
  { name: 'dht-state', file: 'packages/torrent/src/discovery/dht/saved-state.ts', export: 'parseState', takes: 'bytes', format: 'bencode', throws: [], maxBytes: 16384 },
  { name: 'lsd', file: 'packages/torrent/src/discovery/lsd-messages.ts', export: 'decodeLsd', takes: 'bytes', format: 'text', throws: [], maxBytes: 5000 },
  { name: 'http-announce', file: 'packages/torrent/src/discovery/tracker/http-messages.ts', export: 'parseAnnounce', takes: 'bytes', format: 'bencode', throws: ['bad-message', 'refused'], maxBytes: MOST },
  { name: 'http-scrape', file: 'packages/torrent/src/discovery/tracker/http-messages.ts', export: 'parseScrape', takes: 'bytes', format: 'bencode', throws: ['bad-message', 'refused'], maxBytes: 16384 },
  { name: 'udp-tracker', file: 'packages/torrent/src/discovery/tracker/udp-messages.ts', export: 'decodeAnnounce', covers: ['decodeHead', 'decodeConnect', 'decodeScrape', 'decodeError'], takes: 'bytes', format: 'binary', throws: [], maxBytes: UDP },
  { name: 'udp-tracker-url', file: 'packages/torrent/src/discovery/tracker/udp-tracker.ts', export: 'parseUdpUrl', takes: 'utf8', format: 'text', throws: ['bad-argument'], maxBytes: 4096 },
  { name: 'ws-tracker', file: 'packages/torrent/src/discovery/tracker/ws/ws-messages.ts', export: 'parseTrackerMessage', takes: 'utf8', format: 'json', throws: [], maxBytes: MOST },
  { name: 'tracker-label', file: 'packages/torrent/src/discovery/tracker/label.ts', export: 'trackerLabel', takes: 'utf8', format: 'text', throws: [], maxBytes: 4096 },
  { name: 'tracker-retry-after', file: 'packages/torrent/src/discovery/tracker/http-get.ts', export: 'parseRetryAfter', takes: 'latin1', format: 'text', throws: [], maxBytes: 2000 },

  { name: 'ip-filter', file: 'packages/torrent/src/base/ip-filter.ts', export: 'IpFilterParser', covers: ['parseFilterLine'], takes: 'latin1', format: 'text', throws: [], maxBytes: 16384 },
  // Routers of the local network
  { name: 'pcp', file: 'packages/torrent/src/port-mapping/pcp.ts', export: 'decodePcp', takes: 'bytes', format: 'binary', throws: [], maxBytes: UDP },
  { name: 'nat-pmp', file: 'packages/torrent/src/port-mapping/nat-pmp.ts', export: 'decodeNatPmp', takes: 'bytes', format: 'binary', throws: [], maxBytes: UDP },
  { name: 'ssdp', file: 'packages/torrent/src/port-mapping/ssdp.ts', export: 'decodeSsdp', takes: 'bytes', format: 'text', throws: [], maxBytes: 5000 },
  { name: 'router-location', file: 'packages/torrent/src/port-mapping/router-url.ts', export: 'parseLocation', covers: ['parseServiceUrl'], takes: 'utf8', format: 'text', throws: [], maxBytes: 2000 },
  { name: 'router-description', file: 'packages/torrent/src/port-mapping/igd-description.ts', export: 'readDescription', takes: 'bytes', format: 'text', throws: ['bad-message'], maxBytes: MOST },
  { name: 'router-answer', file: 'packages/torrent/src/port-mapping/soap.ts', export: 'decodeAnswer', takes: 'bytes', format: 'text', throws: ['bad-message', 'UpnpError'], maxBytes: MOST },
  { name: 'router-xml', file: 'packages/torrent/src/port-mapping/xml.ts', export: 'parseXml', takes: 'utf8', format: 'text', throws: ['bad-message'], maxBytes: MOST },

  { name: 'stun-request', file: 'packages/torrent/src/stun/stun-message.ts', export: 'parseStunRequest', takes: 'bytes', format: 'binary', throws: [], maxBytes: UDP },

  // Proxies
  { name: 'proxy-url', file: 'packages/torrent/src/transport/proxy/proxy-url.ts', export: 'parseProxyUrl', takes: 'utf8', format: 'text', throws: ['bad-argument'], maxBytes: 2000 },
  { name: 'socks-reply', file: 'packages/torrent/src/transport/proxy/socks.ts', export: 'readReply', takes: 'bytes', format: 'binary', throws: ['bad-message', 'refused', 'unreachable', 'unsupported', 'closed'], maxBytes: 300 },
  { name: 'socks-datagram', file: 'packages/torrent/src/transport/proxy/socks.ts', export: 'parseDatagram', takes: 'bytes', format: 'binary', throws: [], maxBytes: UDP },

  // Name servers, which are asked through a network interface
  { name: 'dns-answer', file: 'packages/torrent/src/transport/interface/dns-message.ts', export: 'parseAnswer', takes: 'bytes', format: 'binary', throws: [], maxBytes: UDP },

  // HTTP servers: web seeds, trackers, downloads
  { name: 'http-head', file: 'packages/torrent/src/transport/http/response-head.ts', export: 'HeadReader', covers: ['parseHead'], takes: 'bytes', format: 'text', throws: ['bad-message'], maxBytes: 40000 },
  { name: 'ftp-reply', file: 'packages/torrent/src/transport/ftp/ftp-reply.ts', export: 'ReplyReader', covers: ['passivePort'], takes: 'bytes', format: 'text', throws: ['bad-message'], maxBytes: 70000 },
  { name: 'http-body', file: 'packages/torrent/src/transport/http/body-reader.ts', export: 'BodyReader', takes: 'bytes', format: 'text', throws: ['bad-message'], maxBytes: 8192 },
  { name: 'range-answer', file: 'packages/torrent/src/transport/http/range-answer.ts', export: 'checkAnswer', takes: 'latin1', format: 'text', throws: ['unreachable', 'bad-message'], maxBytes: 8192 },
  { name: 'retry-after', file: 'packages/torrent/src/transport/http/range-answer.ts', export: 'parseRetryAfter', takes: 'latin1', format: 'text', throws: [], maxBytes: 2000 },
  { name: 'content-disposition', file: 'apps/node/src/node/transfers/http/content-disposition.ts', export: 'dispositionName', takes: 'latin1', format: 'text', throws: [], maxBytes: 16384 },
  { name: 'link-header', file: 'apps/node/src/node/transfers/http/link-header.ts', export: 'torrentLink', takes: 'latin1', format: 'text', throws: [], maxBytes: 16384 },
  { name: 'ftp-url', file: 'apps/node/src/node/transfers/ftp/ftp-url.ts', export: 'parseFtpUrl', takes: 'utf8', format: 'text', throws: ['bad-argument', 'bad-request'], maxBytes: 4096 },
  { name: 'percent', file: 'apps/node/src/base/files/file-name.ts', export: 'decodePercent', takes: 'utf8', format: 'text', throws: [], maxBytes: 4096 },

  // The tracker that a node or hub runs
  { name: 'tracker-http-head', file: 'packages/tracker/src/http/head.ts', export: 'RequestHead', takes: 'bytes', format: 'text', throws: [], maxBytes: 17000 },
  { name: 'tracker-http-target', file: 'packages/tracker/src/http/target.ts', export: 'TrackerTarget', takes: 'bytes', format: 'text', throws: [], maxBytes: 9000 },
  { name: 'tracker-udp', file: 'packages/tracker/src/udp/udp-packets.ts', export: 'readAnnounce', covers: ['readHash', 'readOtherAddress', 'readTransfers', 'readUrlData', 'parsePasskey'], takes: 'bytes', format: 'binary', throws: [], maxBytes: UDP },
  { name: 'tracker-ws', file: 'packages/tracker/src/ws/messages.ts', export: 'readMessage', covers: ['readHash'], takes: 'utf8', format: 'json', throws: [], maxBytes: MOST },
  { name: 'tracker-far-signal', file: 'packages/tracker/src/ws/messages.ts', export: 'readFarSignal', takes: 'utf8', format: 'json', throws: [], maxBytes: MOST },
  { name: 'tracker-frame', file: 'packages/tracker/src/join/frames.ts', export: 'readFrame', covers: ['readBeat'], takes: 'bytes', format: 'binary', throws: [], maxBytes: 4096 },
  { name: 'tracker-changes', file: 'packages/tracker/src/join/changes.ts', export: 'readChanges', takes: 'bytes', format: 'binary', throws: [], maxBytes: 4096 },
  { name: 'hub-process-stats', file: 'apps/hub/src/tracker/stats.ts', export: 'readProcessStats', takes: 'utf8', format: 'json', throws: [], maxBytes: 4096 },
  { name: 'hub-listing-link', file: 'apps/hub/src/listings/link.ts', export: 'readLink', takes: 'utf8', format: 'text', throws: ['bad-link'], maxBytes: 8192 },
  { name: 'hub-thumbnail', file: 'apps/hub/src/listings/pictures.ts', export: 'readPicture', takes: 'bytes', format: 'binary', throws: ['bad-picture', 'too-large'], maxBytes: 4096 },
  { name: 'tracker-address', file: 'packages/tracker/src/base/address.ts', export: 'readAddress', takes: 'utf8', format: 'text', throws: [], maxBytes: 200 },

  // Addresses and links
  { name: 'ip', file: 'packages/torrent/src/base/ip.ts', export: 'parseIp', takes: 'utf8', format: 'text', throws: [], maxBytes: 200 },
  { name: 'host-port', file: 'packages/torrent/src/base/ip.ts', export: 'parseHostPort', takes: 'utf8', format: 'text', throws: [], maxBytes: 400 },
  { name: 'peer-address', file: 'apps/node/src/node/server/compat/peer-address.ts', export: 'parsePeerAddress', takes: 'utf8', format: 'text', throws: [], maxBytes: 400 },
  { name: 'ice-url', file: 'packages/torrent/src/transport/webrtc/ice-url.ts', export: 'parseIceUrl', takes: 'utf8', format: 'text', throws: ['bad-argument'], maxBytes: 2000 },
  { name: 'ice-server', file: 'packages/torrent/src/transport/webrtc/ice-url.ts', export: 'parseIceServer', takes: 'utf8', format: 'text', throws: ['bad-argument'], maxBytes: 2000 },
  { name: 'json-object', file: 'packages/torrent/src/base/json.ts', export: 'parseObject', takes: 'utf8', format: 'json', throws: [], maxBytes: MOST },
  { name: 'share-link', file: 'packages/links/src/share-link.ts', export: 'parseShareLink', takes: 'utf8', format: 'text', throws: ['not-a-link', 'cut-short', 'altered', 'too-new'], maxBytes: 16384 },
  { name: 'share-link-payload', file: 'packages/links/src/share-link.ts', export: 'parseShareLink', takes: 'bytes', format: 'bencode', throws: ['not-a-link', 'cut-short', 'altered', 'too-new'], maxBytes: 8192 },
  { name: 'share-link-s2-payload', file: 'packages/links/src/share-link.ts', export: 'parseShareLink', takes: 'bytes', format: 'binary', throws: ['altered', 'too-new'], maxBytes: 8192 },
  { name: 'latest-link', file: 'packages/links/src/latest-link.ts', export: 'parseLatestLink', takes: 'utf8', format: 'text', throws: ['not-a-link', 'cut-short', 'altered', 'too-new'], maxBytes: 16384 },
  { name: 'base64url', file: 'packages/links/src/base64url.ts', export: 'decodeBase64url', takes: 'utf8', format: 'text', throws: [], maxBytes: 4096 },
  { name: 'page-fragment', file: 'apps/web/src/features/share-page/links.ts', export: 'parseFragment', takes: 'utf8', format: 'text', throws: [], maxBytes: 16384 },

  // Keys and sealed shares
  { name: 'delegation', file: 'packages/identity/src/delegation.ts', export: 'readDelegation', takes: 'bytes', format: 'binary', throws: ['bad-certificate'], maxBytes: 1024, isCostly: true },
  { name: 'did-key', file: 'packages/identity/src/did-key.ts', export: 'parseDidKey', takes: 'utf8', format: 'text', throws: ['bad-key'], maxBytes: 400 },
  { name: 'age-recipient', file: 'packages/identity/src/age/text.ts', export: 'parseRecipient', takes: 'utf8', format: 'text', throws: ['bad-key'], maxBytes: 400 },
  { name: 'age-secret-key', file: 'packages/identity/src/age/text.ts', export: 'parseSecretKey', takes: 'utf8', format: 'text', throws: ['bad-key'], maxBytes: 400 },
  { name: 'age-identities', file: 'packages/identity/src/age/identity-file.ts', export: 'parseIdentities', takes: 'utf8', format: 'text', throws: ['bad-key'], maxBytes: 16384 },
  { name: 'sealed-header', file: 'packages/sealed/src/age/open-header.ts', export: 'openHeader', takes: 'bytes', format: 'text', throws: ['not-sealed', 'damaged', 'too-much-work', 'wrong-key', 'needs-key', 'needs-passphrase', 'wrong-passphrase', 'cut-short'], maxBytes: MOST, isCostly: true },
  { name: 'tar', file: 'packages/sealed/src/tar/contents.ts', export: 'readContents', takes: 'bytes', format: 'binary', throws: ['not-an-archive', 'unsafe-path', 'too-large', 'damaged', 'unsupported', 'cut-short'], maxBytes: 16384 },
  { name: 'tar-entry', file: 'packages/sealed/src/tar/read-entry.ts', export: 'readEntry', takes: 'bytes', format: 'binary', throws: ['not-an-archive', 'too-large', 'unsupported', 'cut-short', 'damaged'], maxBytes: 8192 },
  { name: 'tar-header', file: 'packages/sealed/src/tar/header.ts', export: 'parseHeader', covers: ['decodeText'], takes: 'bytes', format: 'binary', throws: ['not-an-archive'], maxBytes: 512 },
  { name: 'tar-pax', file: 'packages/sealed/src/tar/pax.ts', export: 'parsePax', takes: 'bytes', format: 'text', throws: ['not-an-archive'], maxBytes: MOST },
  { name: 'tar-index', file: 'packages/sealed/src/tar/index-record.ts', export: 'parseIndexPart', takes: 'utf8', format: 'json', throws: ['damaged'], maxBytes: MOST },

  // Documents for the search index, and files that the console shows
  { name: 'document-text', file: 'apps/node/src/node/search/documents/plain-text.ts', export: 'extractPlainText', covers: ['decodeText'], takes: 'bytes', format: 'text', throws: ['bad-document'], maxBytes: MOST },
  { name: 'document-html', file: 'apps/node/src/node/search/documents/html.ts', export: 'extractHtml', takes: 'bytes', format: 'text', throws: ['bad-document'], maxBytes: MOST },
  { name: 'document-epub', file: 'apps/node/src/node/search/documents/epub.ts', export: 'extractEpub', takes: 'bytes', format: 'binary', throws: ['bad-document'], maxBytes: 16384 },
  { name: 'document-pdf', file: 'apps/node/src/node/search/documents/pdf.ts', export: 'extractPdf', takes: 'bytes', format: 'text', throws: ['bad-document'], maxBytes: 8192, isCostly: true },
  { name: 'search-block', file: 'apps/node/src/node/search/text-blocks.ts', export: 'unpackBlock', takes: 'bytes', format: 'binary', throws: ['Z_DATA_ERROR', 'Z_BUF_ERROR', 'ERR_BUFFER_TOO_LARGE'], maxBytes: 4096 },
  { name: 'search-query', file: 'apps/node/src/base/parse-query.ts', export: 'parseQuery', takes: 'utf8', format: 'text', throws: [], maxBytes: 4096 },
  { name: 'identity-text', file: 'packages/identity/src/key-file.ts', export: 'readIdentityText', takes: 'utf8', format: 'text', throws: ['bad-key-file'], maxBytes: 4096 },
  { name: 'page-text', file: 'apps/web/src/shared/media/read-text.ts', export: 'decodeText', takes: 'bytes', format: 'text', throws: [], maxBytes: MOST },
  { name: 'page-markdown', file: 'packages/markdown/src/markdown.ts', export: 'parseBlocks', covers: ['parseInlines'], takes: 'utf8', format: 'text', throws: [], maxBytes: MOST },
  { name: 'page-subtitles', file: 'apps/web/src/shared/media/subtitles.ts', export: 'parseCues', takes: 'utf8', format: 'text', throws: [], maxBytes: MOST },

  // Requests to the node, and answers of a node
  { name: 'request-json', file: 'packages/daemon/src/http/request/json-body.ts', export: 'parseJson', takes: 'bytes', format: 'json', throws: ['bad-request'], maxBytes: MOST },
  { name: 'request-range', file: 'apps/node/src/node/server/routes/range.ts', export: 'parseRange', takes: 'latin1', format: 'text', throws: ['range-not-satisfiable'], maxBytes: 8192 },
  { name: 'app-release', file: 'apps/web/src/chat-app/loader/release.ts', export: 'readRelease', takes: 'bytes', format: 'json', throws: ['bad-release'], maxBytes: MOST },
  { name: 'page-range', file: 'apps/web/src/features/share-page/service-worker/range.ts', export: 'parseRange', takes: 'latin1', format: 'text', throws: [], maxBytes: 8192 },
  { name: 'event-stream', file: 'apps/node/src/cli/client/event-stream.ts', export: 'readEvents', takes: 'bytes', format: 'text', throws: ['bad-answer'], maxBytes: MOST },

  ...OF_CAPABILITIES.flatMap(({ parsers = [] }) => parsers),
]

/**
 * Exported functions that look like parsers and are not listed above, with the reason. A folder
 * ends in `/`.
 */
// biome-ignore format: one line per exception
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  'packages/torrent/src/port-mapping/routes.ts#parseRoutes4': 'reads a file of the operating system',
  'packages/torrent/src/port-mapping/routes.ts#parseRoutes6': 'reads a file of the operating system',
  'packages/torrent/src/omitted.browser.ts#readTorrentFile': 'refuses: pages have no files with paths',
  'apps/web/src/shared/node/list-reader.ts#ListReader': 'reads the lists of the node through its typed client',
  'packages/links/src/bytes.ts#ByteReader': 'reads for parseShareLink, which is in the table',
  'packages/chat/src/device/history-copies.ts#HistoryReader':
    'passes lines to readHistoryLine, which is in the table',
  'apps/web/src/features/devices/signing.ts#parseCode': 'calls readDeviceText',
  'apps/web/src/features/devices/signing.ts#parseLists': 'calls parseDeviceHistory',
  'apps/node/src/cli/': 'reads what the user of the command line types, and own files',
  'apps/node/src/base/': 'reads own files',
  'apps/node/src/node/server/access/password.ts#readPassword': 'reads a file of the owner',
  'apps/node/src/node/transfers/part-record.ts#readRecord': 'reads an own file',
  'apps/node/src/node/hubs/hub-address.ts#readInvitation': 'calls readHubAddress',
  'apps/node/src/node/search/documents/extract-text.ts#extractText': 'opens a file and calls the extractors above',
  'apps/hub/src/commands/archive-file.ts#readBackup': 'unpacks a file of the owner',
  'apps/web/src/hub/parts/listing.ts#readLink': 'compares the beginning of a link',
  'apps/web/src/hub/screens/publish/torrent-file.ts#readTorrentFile': 'opens a file and calls parseMetainfo',
  'apps/web/src/shared/forms/': 'reads what the user types into a form',
  'apps/web/src/shared/sealing/': 'reads what the user types into a form',
  'apps/web/src/features/torrents/': 'reads what the user types into a form',
  'apps/web/src/shared/media/read-text.ts#readText': 'fetches a file and calls decodeText',
  'apps/web/src/features/share-page/config.ts#parseConfig': 'reads the configuration of the site that serves the page',
  'apps/web/src/features/share-page/sealing/own-keys.ts#readKeyBytes': 'reads a file as bytes',
  'apps/web/src/features/add/adding.ts#readTorrent': 'reads a file as bytes',
  'packages/identity/src/age/identity-file.ts#readIdentities': 'reads an own key file; a library decrypts it, with a password',
  'packages/hub-api/src/rooms/room-reader.ts#RoomReader': 'reads entries of messages that decodePacket decoded',
  'packages/chat/src/device/message-reader.ts#MessageReader': 'reads own messages from the history',
  'packages/chat/src/device/given.ts#readRoomRecord': 'reads an own journal',
  'packages/chat/src/groups/epoch-record.ts#readEpoch': 'reads an own journal',
  'packages/chat/src/device/kept-messages.ts#readKept': 'reads an own journal',
  'packages/chat/src/device/kept-messages.ts#readKnown': 'calls readContent',
  'apps/web/src/shared/chat/shoal-links.ts#readLink': 'calls the parsers of links',
  'packages/identity/src/key-file.ts#readKeyFile': 'reads an own key file; a library decrypts it, with a password',
  'packages/torrent/src/platform/': 'reads a file as bytes',
  'packages/torrent/src/hash/': 'reads the files of a torrent as bytes',
  'packages/torrent/src/transport/proxy/byte-reader.node.ts#ByteReader': 'reads bytes from a socket',
  'packages/torrent/src/metainfo/name-reader.ts#readNames': 'called by parseInfo',
  'packages/torrent/src/metainfo/read-metainfo.ts#readMetainfo': 'decompresses gzip up to a limit and calls parseMetainfo',
  'packages/torrent/src/base/bytes.ts#readU16': 'reads one integer',
  'packages/torrent/src/base/bytes.ts#readU32': 'reads one integer',
  'packages/sealed/src/age/plain-reader.ts#PlainReader': 'decrypts authenticated chunks',
  'packages/options/src/parse.ts#parseWords': 'reads what the user of the command line types',
  ...Object.assign({}, ...OF_CAPABILITIES.map(({ exceptions }) => exceptions)),
}
