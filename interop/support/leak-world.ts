/** Everything that a client behind a proxy may want to reach: trackers, a DHT node, a seed, a web seed, a feed. */

import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTorrent, Session, writeMetainfo } from '@shoal/torrent'
import { HttpTrackerServer } from '../../packages/torrent/src/discovery/tracker/testing/http-tracker-server.ts'
import { UdpTrackerServer } from '../../packages/torrent/src/discovery/tracker/testing/udp-tracker-server.ts'
import { openDatagram } from '../../packages/torrent/src/transport/datagram.node.ts'
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
  utp: false,
})
const seed = await seeds.add(metainfo, { directory: folder, trusted: true })
await seed.whenComplete()
const trackers = [await HttpTrackerServer.open(host), await HttpTrackerServer.open(host6)]
const udp = await UdpTrackerServer.open(openDatagram, { host })
const content = await readFile(path)
const web = createServer((request, response) => {
  if (request.url!.startsWith('/redirect/')) {
    response.writeHead(302, { location: `http://mirror.leak.test:${webPort}/content.bin` }).end()
    return
  }
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')
  if (!range) return void response.end(request.url!.endsWith('.bin') ? content : '<rss/>')
  const [first, last] = [Number(range[1]), Number(range[2])]
  response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${content.length}` })
  response.end(content.subarray(first, last + 1))
})
await new Promise<void>(resolve => web.listen(0, host, resolve))
const webPort = (web.address() as { port: number }).port

answerJsonLines({
  places: () => ({
    torrent: Buffer.from(writeMetainfo(metainfo)).toString('base64'),
    infoHash: Buffer.from(seed.infoHashes.v1!).toString('hex'),
    trackerPort: trackers[0]!.port,
    tracker6Port: trackers[1]!.port,
    udpPort: udp.port,
    webPort,
  }),
  seen: () => ({ announces: trackers.map(tracker => tracker.seen.length), datagrams: udp.seen.length }),
})
