import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createTorrent, Session, writeMetainfo } from '@shoal/torrent'

const [path = '', torrentFile = ''] = process.argv.slice(2)
const metainfo = await createTorrent(path, { trackers: [['udp://tracker.example:6969']] })
await writeFile(torrentFile, writeMetainfo(metainfo))

const session = await Session.open()
// The files were just read, so trust them instead of reading them again.
const torrent = await session.add(metainfo, { directory: dirname(path), trusted: true })
console.log(`${torrent.magnet} from port ${session.port}`)
process.once('SIGINT', () => session.close())
