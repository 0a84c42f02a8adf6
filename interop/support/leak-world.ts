/**
 * Everything that a client behind a proxy or in a tunnel may contact: trackers, a DHT node, peers,
 * a web seed, a feed, a name server.
 */

import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTorrent, Session, writeMetainfo } from '@shoal/torrent'
import { Tracker, WebSocketFront } from '@shoal/tracker'
import { HttpTrackerServer } from '../../packages/torrent/src/discovery/tracker/testing/http-tracker-server.ts'
import { UdpTrackerServer } from '../../packages/torrent/src/discovery/tracker/testing/udp-tracker-server.ts'
import { openDatagram } from '../../packages/torrent/src/transport/datagram.node.ts'
import { DnsServer } from '../../packages/torrent/src/transport/interface/testing/dns-server.ts'
import { answerJsonLines } from './json-lines.ts'

const [, , host = '10.99.1.1', host6 = 'fd99:1::1'] = process.argv
const folder = await mkdtemp(join(tmpdir(), 'shoal-world-'))
const path = join(folder, 'content.bin')
await writeFile(path, Buffer.alloc(3_000_000, 'content'))
const metainfo = await createTorrent(path, { version: 'v1', pieceLengthBytes: 32_768 })
const seeds = await Session.open({
  host,
  port: 6881,
  dht: true,
  dhtNodes: [],
  lsd: false,
  webrtc: false,
})
const seed = await seeds.add(metainfo, { directory: folder, trusted: true })
await seed.whenComplete()
const trackers = [await HttpTrackerServer.open(host), await HttpTrackerServer.open(host6)]
const udp = await UdpTrackerServer.open(openDatagram, { host })
const content = await readFile(path)
/** Requests to the HTTPS server, and connections to the WebSocket tracker. */
const seen = { secure: 0, sockets: 0 }
const serve: RequestListener = (request, response) => {
  const { pathname } = new URL(request.url!, 'http://localhost')
  if (pathname.startsWith('/redirect/')) {
    response.writeHead(302, { location: `http://mirror.leak.test:${webPort}/content.bin` }).end()
    return
  }
  // The response to an announce contains the seed.
  if (pathname === '/announce')
    return void response.end(Buffer.from('d8:intervali1800e5:peers6:\x0a\x63\x01\x01\x1a\xe1e', 'latin1'))
  if (pathname === '/content.torrent') return void response.end(listed)
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')
  if (!range) return void response.end(pathname.endsWith('.bin') ? content : '<rss/>')
  const [first, last] = [Number(range[1]), Number(range[2])]
  response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${content.length}` })
  response.end(content.subarray(first, last + 1))
}
const web = createServer(serve)
await new Promise<void>(resolve => web.listen(0, host, resolve))
const webPort = (web.address() as { port: number }).port
const { LEAK_CERTIFICATE: cert = '', LEAK_KEY: key = '' } = process.env
const secure = createSecureServer({ cert: await readFile(cert), key: await readFile(key) }, (...how) => {
  seen.secure++
  serve(...how)
})
const front = new WebSocketFront(new Tracker())
secure.on('upgrade', (request, socket, head) => {
  seen.sockets++
  front.upgrade(request, socket, head)
})
await new Promise<void>(resolve => secure.listen(0, host, resolve))
const securePort = (secure.address() as { port: number }).port
const announce = `https://web.leak.test:${securePort}/announce`
const listed = writeMetainfo({ ...metainfo, trackers: [[announce]] })

// Two peers of a torrent that no peer has: one sends the client the IPv6 address of the other.
const quiet = {
  dht: false,
  lsd: false,
  webrtc: false,
  utp: false,
  portMapping: false,
  trackers: false,
} as const
await writeFile(join(folder, 'other.bin'), Buffer.alloc(100_000, 'other'))
const wanted = await createTorrent(join(folder, 'other.bin'), { version: 'v1' })
const places = { directory: join(folder, 'none') }
const teller = await Session.open({ ...quiet, ...places, port: 6882 })
const friend = await Session.open({ ...quiet, directory: join(folder, 'none6'), port: 6883, host: host6 })
const told = await teller.add(wanted)
const friends = await friend.add(wanted)
friends.addPeer(`[${host6}]:6882`)
const names = ['tracker', 'udp', 'node', 'web', 'mirror', 'peer', 'feed'].map(name => `${name}.leak.test`)
await DnsServer.open(Object.fromEntries(names.map(name => [name, [host]])), { host: '0.0.0.0', port: 53 })

answerJsonLines({
  places: () => ({
    torrent: Buffer.from(writeMetainfo(metainfo)).toString('base64'),
    infoHash: Buffer.from(seed.infoHashes.v1!).toString('hex'),
    trackerPort: trackers[0]!.port,
    tracker6Port: trackers[1]!.port,
    udpPort: udp.port,
    webPort,
    securePort,
    wanted: Buffer.from(writeMetainfo(wanted)).toString('base64'),
  }),
  seen: () => ({ ...seen, friends: friends.stats.peers, tellers: told.stats.peers }),
  /**
   * Closes the connections of the seed, which would otherwise time out after some minutes when
   * their packets are lost.
   */
  disconnect() {
    seed.pause()
    seed.resume()
  },
  /** Returns whether it accepts connections. */
  accepts: (place: { host: string; port: number }) =>
    new Promise<boolean>(resolve => {
      const socket = connect(place)
      socket.setTimeout(2000, () => socket.destroy())
      socket.on('close', () => resolve(false))
      socket.on('error', () => resolve(false))
      socket.on('connect', () => {
        resolve(true)
        socket.destroy()
      })
    }),
})
