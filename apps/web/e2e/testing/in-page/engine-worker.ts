/**
 * Runs the engine's own tests in a dedicated worker, where the engine of a page runs: all but those
 * that use Node's files and sockets.
 */
import { results, runFile } from './vitest.ts'

const files = import.meta.glob(
  [
    './{base,bencode,metainfo,pieces,swarm,transport,wire}/**/*.test.ts',
    './discovery/tracker/**/*.test.ts',
    './session/{adding,connections,faults,restorer}.test.ts',
    './session/{registry,selection.slow,session-stats,streams,webrtc}.test.ts',
    './session/torrent/{deadlines,flush-retry,view}.test.ts',
    '!./**/*.node.{test,slow.test}.ts',
    '!./**/base/ip.test.ts',
    '!./**/discovery/tracker/{http-messages,http-tracker}.test.ts',
    '!./**/swarm/web-seed/web-seed.test.ts',
    '!./**/transport/{datagram,resolve,tcp-transport.slow,transport-set}.test.ts',
    '!./**/transport/{http,proxy,utp}/*.test.ts',
    '!./**/wire/encryption/diffie-hellman.test.ts',
  ],
  { base: '../../../../../packages/torrent/src' },
)
for (const [file, load] of Object.entries(files)) await runFile(file, load)
postMessage(results())
