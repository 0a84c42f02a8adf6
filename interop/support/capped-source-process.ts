/**
 * The process that `capped-source.ts` starts: one source of a torrent's only file, with an upload
 * limit. Arguments: kind, bytes per second, .torrent, folder of the file, URL of a tracker. It
 * exits when its standard input ends, and so does not outlive a killed test.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Session, type SessionOptions } from '@shoal/torrent'
import type { SessionEnvironment } from '../../packages/torrent/src/session/environment.ts'
import { UtpTransport } from '../../packages/torrent/src/transport/utp/utp-transport.ts'

const CHUNK_BYTES = 16 * 1024

const [kind, rate, torrent = '', folder = '', tracker = ''] = process.argv.slice(2)
const bytesPerSecond = Number(rate)
const port = kind === 'http' ? await serveHttp() : await seed(kind as 'tcp' | 'utp' | 'webrtc')
process.stdin.on('end', () => process.exit()).resume()
console.log(JSON.stringify({ port }))

async function seed(transport: 'tcp' | 'utp' | 'webrtc'): Promise<number> {
  const pages: SessionOptions = { port: null, trackers: true, webrtc: {} }
  const dialed: SessionOptions = { port: 0, trackers: false, webrtc: false, utp: transport === 'utp' }
  const environment: SessionEnvironment =
    transport === 'utp' ? { createTransports: services => [new UtpTransport(services)] } : {}
  const session = await Session.open(
    {
      host: '127.0.0.1',
      dht: false,
      lsd: false,
      pex: false,
      ...(transport === 'webrtc' ? pages : dialed),
      limits: { uploadBytesPerSecond: bytesPerSecond },
    },
    environment,
  )
  const added = await session.add(torrent, {
    directory: folder,
    trusted: true,
    trackers: transport === 'webrtc' ? [tracker] : [],
  })
  await added.whenComplete()
  return session.port
}

/** A web server of files, whose connections share the limit. */
async function serveHttp(): Promise<number> {
  let freeMs = 0
  const server = createServer(async (request, response) => {
    const path = join(folder, basename(decodeURIComponent(request.url ?? '')))
    const found = await stat(path).catch(() => null)
    if (!found?.isFile()) return response.writeHead(404).end()
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
    const start = Number(from ?? 0)
    const end = to ? Number(to) : found.size - 1
    const range = `bytes ${start}-${end}/${found.size}`
    response.writeHead(from === undefined ? 200 : 206, {
      'content-length': end - start + 1,
      'accept-ranges': 'bytes',
      ...(from !== undefined && { 'content-range': range }),
    })
    const content = createReadStream(path, { start, end, highWaterMark: CHUNK_BYTES })
    for await (const chunk of content) {
      if (response.destroyed) return
      const now = performance.now()
      freeMs = Math.max(freeMs, now - 50) + ((chunk as Buffer).length * 1000) / bytesPerSecond
      if (freeMs > now) await sleep(freeMs - now)
      response.write(chunk)
    }
    response.end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
