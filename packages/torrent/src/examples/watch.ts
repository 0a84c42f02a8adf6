import { Session, ShoalError } from '@shoal/torrent'

const [link = '', directory = '.'] = process.argv.slice(2)
const session = await Session.open({ directory, limits: { uploadBytesPerSecond: 500_000 } })
const torrent = await session.add(link)
torrent.on('state', state => console.log(state))
torrent.on('metadata', info => console.log(`${info.name}: ${info.lengthBytes} bytes`))
const timer = setInterval(() => {
  const { progress, downloadBytesPerSecond, peers, etaSeconds } = torrent.stats
  console.log(
    `${(100 * progress).toFixed(1)} %, ${downloadBytesPerSecond} B/s, ${peers} peers, ${etaSeconds} s`,
  )
}, 1000)
try {
  await torrent.whenComplete({ signal: AbortSignal.timeout(3_600_000) })
  console.log('complete')
} catch (error) {
  // Errors have a code for programs, and a message that says what to do.
  console.error(error instanceof ShoalError ? `${error.code}: ${error.message}` : 'not within an hour')
  process.exitCode = 1
}
clearInterval(timer)
await session.close()
