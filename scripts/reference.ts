/**
 * `node scripts/reference.ts`: generates files from the code: the lists of the parts of
 * capabilities; the operations of the APIs in docs/http-api.md and docs/hub-api.md and for clients
 * that do not load the contracts; and the commands of a running node in docs/command-line.md. `npm
 * run check` compares them.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NAMES } from '../capabilities/list.ts'
import { lists } from './lists.ts'
import { ROOT } from './run.ts'

for (const [path, write] of Object.entries(lists(NAMES))) await writeFile(join(ROOT, path), await write())
// Loaded after the lists have been updated.
const { TABLES, withTable } = await import('./tables.ts')
for (const [path, table] of Object.entries(TABLES)) {
  const text = await readFile(join(ROOT, path), 'utf8')
  await writeFile(join(ROOT, path), withTable(text, await table()))
}
