import { Session } from '@shoal/torrent'

const [directory = '.', stateDirectory = 'state', link] = process.argv.slice(2)
const session = await Session.open({ directory, stateDirectory })
for (const problem of session.problems) console.error(problem)
if (link) await session.add(link)
for (const torrent of session.torrents) {
  await torrent.whenComplete()
  console.log(`${torrent.name} is complete`)
}
// Verified pieces are recorded: the next run does not read them again.
await session.close()
