/**
 * A node in its own process. Arguments: its folder, and settings as NAME=VALUE. Prints its address
 * and token as JSON, and exits when its standard input ends.
 */
import { Writable } from 'node:stream'
import { tuneHeap } from '../../apps/node/src/base/heap.ts'
import { fixedSetting } from '../../apps/node/src/cli/values/settings.ts'
import { createNodeLog } from '../../apps/node/src/node/kernel/log/node-log.ts'
import { startNode } from '../../apps/node/src/node/start.ts'

tuneHeap()
const [folder = '', ...settings] = process.argv.slice(2)
const quiet = new Writable({ write: (_chunk, _encoding, done) => done() })
const node = await startNode(
  {
    port: 0,
    host: '127.0.0.1',
    dataDir: `${folder}/data`,
    dir: `${folder}/content`,
    username: undefined,
    passwordFile: undefined,
    config: undefined,
    peerPort: 0,
    peerHost: '127.0.0.1',
    allowDir: [folder],
    allowedHost: [],
    trustedProxy: [],
    logLevel: 'warn',
    noTracker: false,
    publicUrl: undefined,
    set: [
      fixedSetting('network.dht=false'),
      fixedSetting('network.lsd=false'),
      fixedSetting('network.portMapping=false'),
      ...settings.map(fixedSetting),
    ],
    open: false,
  },
  { log: createNodeLog({ level: 'warn', destination: quiet }) },
)
process.stdout.write(`${JSON.stringify({ url: node.url, token: node.consoleUrl.split('token=')[1] })}\n`)
process.stdin.resume()
process.stdin.once('end', () => void node.close().then(() => process.exit(0)))
