/**
 * npm's bittorrent-tracker in its own process. Prints its ports when it is listening, and exits
 * when its standard input ends. Argument: its folder.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder = ''] = process.argv.slice(2)
const module = join(folder, 'node_modules', 'bittorrent-tracker', 'server.js')
const { default: Server } = await import(pathToFileURL(module).href)
const server = new Server({ udp: true, http: true, ws: false, stats: false })
server.on('error', () => {})
server.on('warning', () => {})
server.listen(0, { http: '127.0.0.1', udp: '127.0.0.1', udp6: '::1' }, () => {
  console.log(JSON.stringify({ http: server.http.address().port, udp: server.udp4.address().port }))
})
process.stdin.resume().on('end', () => process.exit(0))
