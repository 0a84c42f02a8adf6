/**
 * `node scripts/reference.ts`: writes the tables of docs/http-api.md and docs/command-line.md that the code already states: the operations of the
 * API, and the commands of a running node. `npm run check` compares them.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandGroup } from '../apps/node/src/cli/command.ts'
import { BYTE_ROUTES, OPERATIONS } from '../packages/api/src/index.ts'
import { flagName } from '../packages/options/src/index.ts'

const ROOT = join(import.meta.dirname, '..')

/** The pages with generated tables, and what writes each. */
export const REFERENCE: Readonly<Record<string, () => Promise<string> | string>> = {
  'docs/http-api.md': operationTable,
  'docs/command-line.md': () => commandTable('torrents', 'manage', 'node'),
}

/** Commands that the page describes in chapters of their own. */
const OWN_CHAPTER = ['start', 'shell', 'restore-catalogue']

/** The marks around a generated table. */
const BEGIN = '<!-- Written by node scripts/reference.ts -->\n'
const END = '\n<!-- End of what it writes -->'

/** Returns the page with the table replaced. Throws if the page does not have the marks. */
export function withTable(page: string, table: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin < 0 || end < begin)
    throw new Error(`the page has no line ${BEGIN.trim()} with ${END.trim()} after it`)
  return page.slice(0, begin + BEGIN.length) + table + page.slice(end)
}

function operationTable(): string {
  const areas = Map.groupBy(Object.entries({ ...OPERATIONS, ...BYTE_ROUTES }), ([, { area }]) => area)
  const rows = ['| name | request | summary |', '|---|---|---|']
  for (const [area, operations] of areas) {
    rows.push(`| **${area}** | | |`)
    for (const [name, { method, path, summary }] of operations)
      rows.push(`| \`${name}\` | \`${method} ${path}\` | ${summary} |`)
  }
  return rows.join('\n')
}

async function commandTable(...groups: readonly CommandGroup[]): Promise<string> {
  // Read in English, whatever the language of the user.
  process.env.SHOAL_LANG = 'en'
  const [{ COMMANDS }, { summaryOf, usageOf }, { NODE_OPTIONS }] = await Promise.all([
    import('../apps/node/src/cli/commands.ts'),
    import('../apps/node/src/cli/help.ts'),
    import('../apps/node/src/cli/client/node-options.ts'),
  ])
  const rows = ['| command | does | options |', '|---|---|---|']
  for (const group of groups)
    for (const [name, entry] of Object.entries(COMMANDS)) {
      if (entry.group !== group || OWN_CHAPTER.includes(name)) continue
      const command = await entry.load()
      const own = Object.keys(command.options).filter(key => !Object.hasOwn(NODE_OPTIONS, key))
      rows.push(
        `| \`${usageOf(name, command)}\` | ${summaryOf(name)} | ${own.map(key => `\`${flagName(key)}\``).join(' ')} |`,
      )
    }
  return rows.join('\n')
}

if (import.meta.main)
  for (const [path, table] of Object.entries(REFERENCE)) {
    const page = await readFile(join(ROOT, path), 'utf8')
    await writeFile(join(ROOT, path), withTable(page, await table()))
  }
