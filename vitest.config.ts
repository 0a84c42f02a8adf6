import { defineConfig } from 'vitest/config'

/**
 * Tests that start servers, processes or threads, or that compute for seconds. `npm test` runs them; `npm run check`, which is to take a minute,
 * does not.
 */
const SLOW = [
  'apps/hub/src/main.test.ts',
  'apps/node/src/automation/{start-automation,with-node}.test.ts',
  'apps/node/src/automation/{completion/completions,completion/run-hook,feeds/feeds,watch/watch-folders}.test.ts',
  'apps/node/src/catalogue/{database,search/search-index,stores}.test.ts',
  'apps/node/src/commands/{feeds,offline}.test.ts',
  'apps/node/src/compat/{qbittorrent,transmission}/{plugin,rss,trackers}.test.ts',
  'apps/node/src/daemon/**/*.test.ts',
  'apps/node/src/documents/{extract-text,indexer}.test.ts',
  'apps/node/src/protocols/{ftp/ftp-handler,http/http-handler}.test.ts',
  'apps/node/src/server/**/*.test.ts',
  'apps/node/src/torrents/good-peers.test.ts',
  'packages/torrent/src/discovery/dht/{dht-node,dht-discovery}.test.ts',
  'packages/torrent/src/examples/examples.test.ts',
  'packages/torrent/src/hash/hash-pool.test.ts',
  'packages/torrent/src/session/{close,failed-flush,limits,links,moving,resume,selection,unfinished,web-seeds}.test.ts',
  'packages/torrent/src/transport/tcp-transport.test.ts',
  'packages/tracker/src/{http/http-front,ws/web-socket-front,udp/udp-front}.test.ts',
  'packages/torrent/src/transport/webrtc/rtc.node.test.ts',
]

/** A page shows what happened when it comes to it; one second, the default, is little on a busy machine. */
const PATIENT = { poll: { timeout: 20_000 } }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/{src,scripts}/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          exclude: SLOW,
          // A process for each file costs three times what its tests take. Whoever replaces a global or the clock puts it back.
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: { name: 'slow', include: SLOW, testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        test: {
          name: 'web',
          include: ['apps/web/e2e/**/*.test.ts'],
          globalSetup: ['apps/web/e2e/testing/build.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          expect: PATIENT,
        },
      },
      {
        test: { name: 'sim', include: ['sim/**/*.test.ts'], testTimeout: 300_000 },
      },
      {
        test: {
          name: 'interop',
          include: ['interop/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          expect: PATIENT,
        },
      },
    ],
  },
})
