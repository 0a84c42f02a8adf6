/** Runs the engine's own tests in a dedicated worker, where the engine of a page runs: all but those that use Node's files and sockets. */
import { results, runFile } from './vitest.ts'

const files = import.meta.glob([
  '../../../../../packages/torrent/src/{base,bencode,metainfo,pieces,swarm,transport,wire}/**/*.test.ts',
  '../../../../../packages/torrent/src/discovery/tracker/**/*.test.ts',
  '!../../../../../packages/torrent/src/**/*.node.test.ts',
  '!../../../../../packages/torrent/src/**/base/ip.test.ts',
  '!../../../../../packages/torrent/src/**/discovery/tracker/{http-messages,http-tracker}.test.ts',
  '!../../../../../packages/torrent/src/**/swarm/web-seed/web-seed.test.ts',
  '!../../../../../packages/torrent/src/**/transport/{datagram,resolve,tcp-transport}.test.ts',
  '!../../../../../packages/torrent/src/**/transport/http/*.test.ts',
  '!../../../../../packages/torrent/src/**/wire/encryption/diffie-hellman.test.ts',
])
const folder = /^.*\/packages\/torrent\/src\//
for (const [file, load] of Object.entries(files)) await runFile(file.replace(folder, ''), load)
postMessage(results())
