import { Session } from '@shoal/torrent'

const [link = '', wanted = ''] = process.argv.slice(2)
const session = await Session.open()
// Kept in memory; only what is read below is downloaded.
const torrent = await session.add(link, { memory: true, select: [] })
await torrent.whenMetadata()
const file = torrent.files.find(({ path }) => path.at(-1) === wanted)
if (!file) throw new Error(`there is no ${wanted} among ${torrent.files.length} files`)
for await (const chunk of file.stream({ start: 0, end: 1_000_000 })) process.stdout.write(chunk)
await session.close()
