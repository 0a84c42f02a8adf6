import { Session } from '@shoal/torrent'

const [directory = '.', stateDirectory = 'state', link] = process.argv.slice(2)
const session = await Session.open({ directory, stateDirectory })
for (const problem of session.problems) console.error(problem)
if (link) await session.add(link)
for (const torrent of session.torrents) {
  await torrent.whenComplete()
  console.log(`${torrent.name} is complete`)
}
// What was verified is recorded: the next run reads none of it again.
await session.close()
