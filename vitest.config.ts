import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { limitMs, PROGRAM_WAIT_SECONDS, WAIT_SECONDS } from './packages/testing/src/limits.ts'
import { measureMachine } from './scripts/machine.ts'
import { nameAwaits } from './scripts/name-awaits.ts'
import Sequencer from './scripts/sequencer.ts'
import { WITH_BROWSER } from './scripts/with-browser.ts'

/** Tests that start servers, processes or threads, or that compute for seconds: only `npm test` runs them, not `npm run check`. */
const SLOW = '**/*.slow.test.ts'

/** Tests of any project that `npm test` leaves out, by setting SHOAL_TESTS: `npm run test:long` runs them. */
const LONG = '**/*.long.test.ts'
const LEFT_OUT = process.env.SHOAL_TESTS === 'short' ? [LONG] : []

// `npm test` has measured already. Tests read the factor from the environment, as the limits below do.
process.env.SHOAL_TEST_FACTOR ??= String((await measureMachine()).factor)

const CORES = availableParallelism()

/** Unit tests only compute. The others also wait, for timers, processes and peers: more of them than there are cores run at a time. */
const COMPUTING = { maxWorkers: CORES, sequence: { groupOrder: 0 } }
const WAITING = { maxWorkers: 2 * CORES, sequence: { groupOrder: 1 } }
/** A browser keeps a core busy. `npm test` runs these files at the same time as all others, which then have one place per core as well. */
const BROWSING = { maxWorkers: CORES, sequence: { groupOrder: 2 } }

/**
 * Chromium aborts what all pages are loading when an interface is added to the machine. `npm test` runs these in a network namespace; in a run with
 * others they come last, alone.
 */
const CHANGING_NETWORK = [
  'interop/page-network.long.test.ts',
  'interop/page-insecure.long.test.ts',
  'interop/console/open-up.long.test.ts',
]
const ALONE = { maxWorkers: 1, sequence: { groupOrder: 3 } }

/**
 * Tests that replace a module of others (`vi.mock`). They have processes of their own: in one where another test has loaded that module, it would
 * not be replaced.
 */
export const REPLACING_MODULES = [
  'apps/node/src/cli/option-walk.slow.test.ts',
  'apps/node/src/node/reach/open-up.slow.test.ts',
  'packages/daemon/src/database/database.test.ts',
  'packages/torrent/src/session/failed-flush.slow.test.ts',
]

/**
 * Files run in one process after another, which loads the engine and the node once: a process for each of the unit tests would cost three times what
 * they take, and one for each of the others 1.5 s of processor time. A test that replaces a global or the clock restores it, and a helper registers
 * no hooks when it is loaded: only the first file would have them.
 */
const ONE_PROCESS = { isolate: false }

/** A wait fails before its test does, and says what did not happen. */
const limits = (testSeconds: number, waitSeconds = WAIT_SECONDS) => ({
  testTimeout: limitMs(testSeconds),
  hookTimeout: limitMs(testSeconds),
  // Vitest's own default, one second, is short on a busy machine. The setup file does the same for `vi.waitFor`.
  expect: { poll: { timeout: limitMs(waitSeconds) } },
  env: { SHOAL_TEST_WAIT_SECONDS: String(waitSeconds) },
})
const UNIT = limits(3 * WAIT_SECONDS)
const SLOWER = limits(240)
const PROGRAMS = limits(300, PROGRAM_WAIT_SECONDS)
const BROWSERS = { ...PROGRAMS, env: { ...PROGRAMS.env, SHOAL_TEST_WITH_BROWSER: '1' } }

const BUILD_CONSOLE = 'apps/web/e2e/testing/build.ts'

export default defineConfig({
  plugins: [nameAwaits()],
  test: {
    sequence: { sequencer: Sequencer },
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
            'capabilities/**/*.test.ts',
            'apps/*/{src,scripts}/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
            'fuzz/**/*.test.ts',
          ],
          exclude: [SLOW, LONG, ...REPLACING_MODULES, ...WITH_BROWSER],
          ...ONE_PROCESS,
          ...UNIT,
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          ...WAITING,
          ...ONE_PROCESS,
          include: [SLOW, LONG].flatMap(kind => [
            `{packages,apps}/*/src/${kind}`,
            `capabilities/${kind}`,
            `{fuzz,scripts}/${kind}`,
          ]),
          exclude: [...LEFT_OUT, ...REPLACING_MODULES, ...WITH_BROWSER],
          ...SLOWER,
        },
      },
      {
        extends: true,
        test: {
          name: 'replacing',
          ...WAITING,
          include: REPLACING_MODULES,
          ...SLOWER,
        },
      },
      {
        extends: true,
        test: {
          name: 'web',
          ...BROWSING,
          include: ['apps/web/e2e/**/*.test.ts'],
          exclude: LEFT_OUT,
          globalSetup: [BUILD_CONSOLE],
          ...ONE_PROCESS,
          ...BROWSERS,
        },
      },
      {
        extends: true,
        test: {
          name: 'sim',
          ...WAITING,
          include: ['sim/**/*.test.ts'],
          exclude: LEFT_OUT,
          ...ONE_PROCESS,
          ...PROGRAMS,
        },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          ...WAITING,
          include: ['interop/**/*.test.ts'],
          exclude: [...LEFT_OUT, ...WITH_BROWSER],
          globalSetup: [BUILD_CONSOLE],
          ...ONE_PROCESS,
          ...PROGRAMS,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          ...BROWSING,
          include: WITH_BROWSER,
          exclude: [...LEFT_OUT, ...CHANGING_NETWORK],
          globalSetup: [BUILD_CONSOLE],
          ...ONE_PROCESS,
          ...BROWSERS,
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
          ...ONE_PROCESS,
          ...BROWSERS,
        },
      },
    ],
  },
})
