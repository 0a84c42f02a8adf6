/** The tests of the hub once more, with a real PostgreSQL instead of a file for each hub. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { limitMs } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { filesBelow } from './support/files.ts'
import { PostgresServer } from './support/postgres.ts'
import { start } from './support/process.ts'
import { missing } from './support/tools.ts'

const ROOT = join(import.meta.dirname, '..')
const HUB = join(ROOT, 'apps', 'hub', 'src')
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
/** Tests that start hubs where `SHOAL_TEST_DATABASE` says. */
const ON_TEST_DATABASE = /from '[./]*testing\/(?:test-hub|hub-with-members|test-database)\.ts'/

async function testsOfHub(): Promise<string[]> {
  const files = (await filesBelow(HUB)).filter(file => /\.test\.ts$/.test(file)).map(file => join(HUB, file))
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8')))
  return files.filter((_, at) => ON_TEST_DATABASE.test(texts[at]!))
}

describe.skipIf(missing('postgres'))('a hub with PostgreSQL', () => {
  test(
    'passes the tests of the hub',
    async () => {
      await using postgres = await PostgresServer.start()
      const tests = await testsOfHub()
      expect(tests.length).toBeGreaterThan(8)
      const args = [VITEST, 'run', '--project', 'unit', '--project', 'slow', '--maxWorkers', '1', ...tests]
      const run = await start('vitest', process.execPath, args, {
        cwd: ROOT,
        env: { SHOAL_TEST_DATABASE: postgres.url },
      })
      expect(await run.exited, run.output()).toBe(0)
      const databases = Number(
        await postgres.query("SELECT count(*) FROM pg_database WHERE datname LIKE 'test%'"),
      )
      expect(databases).toBeGreaterThan(tests.length)
    },
    limitMs(300),
  )
})
