import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Tests that start servers, processes or threads, or that compute for seconds: only `npm test` runs them, not `npm run check`. */
const SLOW = '**/*.slow.test.ts'

/** For `expect.poll` in tests with a browser or a real peer: the default, one second, is short on a busy machine. */
const PATIENT = { poll: { timeout: 20_000 } }

const BUILD_CONSOLE = 'apps/web/e2e/testing/build.ts'

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
          exclude: [SLOW],
          // A process for each file would cost three times what its tests take. A test that replaces a global or the clock restores it.
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'slow',
          include: [`{packages,apps}/*/src/${SLOW}`],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'web',
          include: ['apps/web/e2e/**/*.test.ts'],
          globalSetup: [BUILD_CONSOLE],
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
