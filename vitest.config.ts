import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/**
 * Tests that start servers, processes or threads, or that compute for seconds. `npm test` runs them; `npm run check`, which is to take a minute,
 * does not.
 */
const SLOW = [
  'apps/hub/src/main.test.ts',
  'apps/node/src/cli/service-unit.test.ts',
  'apps/node/src/cli/start-options.test.ts',
  'apps/node/src/cli/commands/{feeds,offline}.test.ts',
  'apps/node/src/node/*.test.ts',
  'apps/node/src/node/completion/{completions,run-hook}.test.ts',
  'apps/node/src/node/feeds/{feeds,feed-items}.test.ts',
  'apps/node/src/node/kernel/*.test.ts',
  'apps/node/src/node/kernel/database/*.test.ts',
  'apps/node/src/node/legacy/*.test.ts',
  'apps/node/src/node/{qbittorrent,transmission}/{plugin,rss,trackers}.test.ts',
  'apps/node/src/node/search/search-index.test.ts',
  'apps/node/src/node/search/documents/{extract-text,indexer}.test.ts',
  'apps/node/src/node/sealed/sealed.test.ts',
  'apps/node/src/node/server/**/*.test.ts',
  'apps/node/src/node/sharing/*.test.ts',
  'apps/node/src/node/sources/{add-crash,readable-source}.test.ts',
  'apps/node/src/node/torrents/{good-peers,hybrid,settings-and-labels,told,torrent-life,totals,traffic}.test.ts',
  'apps/node/src/node/transfers/{ftp/ftp-handler,http/http-handler}.test.ts',
  'apps/node/src/node/watch/watch-folders.test.ts',
  'packages/torrent/src/discovery/dht/{dht-node,dht-discovery}.test.ts',
  'packages/torrent/src/examples/examples.test.ts',
  'packages/torrent/src/hash/hash-pool.test.ts',
  'packages/torrent/src/session/{close,failed-flush,limits,moving,resume,selection,unfinished,web-seeds}.test.ts',
  'packages/torrent/src/session/torrent/links.test.ts',
  'packages/torrent/src/transport/tcp-transport.test.ts',
  'packages/tracker/src/{http/http-front,ws/web-socket-front,udp/udp-front}.test.ts',
  'packages/torrent/src/transport/webrtc/rtc.node.test.ts',
]

/** A page shows what happened when it comes to it; one second, the default, is little on a busy machine. */
const PATIENT = { poll: { timeout: 20_000 } }

export default defineConfig({
  test: {
    // Vitest's own default leaves one core unused.
    maxWorkers: availableParallelism(),
    // Node compiles and strips a module once, not in every process that a test starts.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('./.cache/compiled', import.meta.url)) },
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
