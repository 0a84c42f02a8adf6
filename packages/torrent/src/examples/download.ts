import { Session } from '@shoal/torrent'

const [link = '', directory = '.'] = process.argv.slice(2)
const session = await Session.open({ directory })
const torrent = await session.add(link)
await torrent.whenComplete()
for (const file of torrent.files) console.log(file.diskPath)
await session.close()
