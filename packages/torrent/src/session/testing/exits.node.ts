/**
 * A program that uses a session and then does nothing: it must end by itself. Prints open handles
 * after `close`.
 */
import { createTorrent, Session } from '../../index.ts'

const [path, directory, state] = process.argv.slice(2)
const metainfo = await createTorrent(path!, {
  trackers: [['http://127.0.0.1:9/announce', 'udp://127.0.0.1:9']],
})
const options = { port: 0, dhtNodes: ['127.0.0.1:9'], lsd: true } as const
const seeding = await Session.open({ ...options, directory: state!, dht: true })
const seed = await seeding.add(metainfo, { directory: `${path}/..` })
await seed.whenComplete()
const session = await Session.open({ ...options, directory: directory!, stateDirectory: state! })
const torrent = await session.add(seed.magnet, { peers: [`127.0.0.1:${seeding.port}`] })
await torrent.whenComplete()
await torrent.recheck()
const endless = await session.add('a'.repeat(40), { peers: ['127.0.0.1:9'] })
endless.whenComplete().catch(() => {})
torrent.files[0]!.stream()
await Promise.all([session.close(), seeding.close()])
const open = process.getActiveResourcesInfo().filter(name => !/^(Pipe|TTY|FSReq)/.test(name))
process.stdout.write(JSON.stringify({ bytes: torrent.stats.haveBytes, open }))
