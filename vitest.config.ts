import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { WAIT_MS } from './packages/testing/src/limits.ts'
import Sequencer from './scripts/sequencer.ts'

/** Tests that start servers, processes or threads, or that compute for seconds: only `npm test` runs them, not `npm run check`. */
const SLOW = '**/*.slow.test.ts'

/** Tests of any project that `npm test` leaves out, by setting SHOAL_TESTS: `npm run test:long` runs them. */
const LONG = '**/*.long.test.ts'
const LEFT_OUT = process.env.SHOAL_TESTS === 'short' ? [LONG] : []

/** Unit tests only compute. The others also wait, for timers, processes and peers: more of them than there are cores run at a time. */
const COMPUTING = { maxWorkers: availableParallelism(), sequence: { groupOrder: 0 } }
const WAITING = { maxWorkers: 2 * availableParallelism(), sequence: { groupOrder: 1 } }

/**
 * Chromium aborts what all pages are loading when an interface is added to the machine. `npm test` runs these in a network namespace; in a run with
 * others they come last, alone.
 */
const CHANGING_NETWORK = ['interop/page-network.long.test.ts', 'interop/console/open-up.long.test.ts']
const ALONE = { maxWorkers: 1, sequence: { groupOrder: 2 } }

/**
 * Tests that replace a module of others (`vi.mock`). They have processes of their own: in one where another test has loaded that module, it would
 * not be replaced.
 */
export const REPLACING_MODULES = [
  'apps/node/src/node/reach/open-up.slow.test.ts',
  'packages/torrent/src/session/failed-flush.slow.test.ts',
]

/**
 * Files run in one process after another, which loads the engine and the node once: a process for each of the unit tests would cost three times what
 * they take, and one for each slow test 1.5 s of processor time. A test that replaces a global or the clock restores it.
 */
const ONE_PROCESS = { isolate: false }

const BUILD_CONSOLE = 'apps/web/e2e/testing/build.ts'

export default defineConfig({
  test: {
    sequence: { sequencer: Sequencer },
    // Together with the setup file: Vitest's own default, one second, is short on a busy machine.
    expect: { poll: { timeout: WAIT_MS } },
    setupFiles: ['packages/testing/src/setup.ts', 'scripts/usage.ts'],
    env: {
      // Node compiles and strips a module once, not in every process that a test starts.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('./.cache/compiled', import.meta.url)),
      // Tests read English output, whatever the developer's locale is.
      SHOAL_LANG: 'en',
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          ...COMPUTING,
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/{src,scripts}/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
            'fuzz/**/*.test.ts',
          ],
          exclude: [SLOW, LONG],
          ...ONE_PROCESS,
          // A wait fails before its test does, and says what did not happen.
          testTimeout: 2 * WAIT_MS,
          hookTimeout: 2 * WAIT_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          ...WAITING,
          ...ONE_PROCESS,
          include: [SLOW, LONG].flatMap(kind => [`{packages,apps}/*/src/${kind}`, `{fuzz,scripts}/${kind}`]),
          exclude: [...LEFT_OUT, ...REPLACING_MODULES],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'replacing',
          ...WAITING,
          include: REPLACING_MODULES,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'web',
          ...WAITING,
          include: ['apps/web/e2e/**/*.test.ts'],
          exclude: LEFT_OUT,
          globalSetup: [BUILD_CONSOLE],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'sim',
          ...WAITING,
          include: ['sim/**/*.test.ts'],
          exclude: LEFT_OUT,
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          ...WAITING,
          include: ['interop/**/*.test.ts'],
          exclude: [...LEFT_OUT, ...CHANGING_NETWORK],
          globalSetup: [BUILD_CONSOLE],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'network',
          ...ALONE,
          include: CHANGING_NETWORK,
          exclude: LEFT_OUT,
          globalSetup: [BUILD_CONSOLE],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
