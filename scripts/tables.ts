/**
 * The tables that `node scripts/reference.ts` generates from the code. `npm run check` compares
 * them.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandGroup } from '../apps/node/src/cli/command.ts'
import { NAMES } from '../capabilities/list.ts'
import {
  ALL_CONTRACTS,
  BYTE_ROUTES,
  type Contract,
  type ErrorTable,
  type NodeAccess,
  OPERATIONS,
  type Operation,
  type OperationTable,
} from '../packages/api/src/index.ts'
import { HUB_OPERATIONS } from '../packages/hub-api/src/index.ts'
import { flagName } from '../packages/options/src/index.ts'
import { CAPABILITIES } from './import-rules.ts'
import { ROOT } from './run.ts'

/** The files with generated tables, and the functions that write them. */
export const TABLES: Readonly<Record<string, () => Promise<string> | string | readonly string[]>> = {
  'capabilities/README.md': () => capabilityTable(),
  'docs/http-api.md': () => [eventTable(ALL_CONTRACTS), operationTable({ ...OPERATIONS, ...BYTE_ROUTES })],
  'docs/hub-api.md': () => operationTable(HUB_OPERATIONS),
  'docs/command-line.md': () => commandTable('torrents', 'manage', 'node'),
  'packages/api/src/routes.ts': () => routeTable(OPERATIONS),
  'packages/api/src/event-names.ts': () => eventNames(ALL_CONTRACTS),
  'packages/hub-api/src/routes.ts': () => routeTable(HUB_OPERATIONS),
}

/** Commands with separate chapters on the page. */
const OWN_CHAPTER = ['start', 'shell', 'restore-catalogue']

/** The lines around a generated table, comments of Markdown or TypeScript. */
const BEGIN = /Written by node scripts\/reference\.ts.*\n/
const END = /\n.*End of what it writes/

/** Returns the text of a file with its tables replaced. Throws if it does not have the marks. */
export function withTable(text: string, tables: string | readonly string[]): string {
  const [table, ...others] = typeof tables === 'string' ? [tables] : tables
  if (table === undefined) return text
  const begin = BEGIN.exec(text)
  // The end of the first line can be the start of the last one.
  const start = begin ? begin.index + begin[0].length - 1 : 0
  const end = END.exec(text.slice(start))
  if (!begin || !end)
    throw new Error('the file has no line "Written by …" with "End of what it writes" after it')
  const rest = start + end.index + end[0].length
  return `${text.slice(0, start + 1)}${table}${text.slice(start + end.index, rest)}${withTable(text.slice(rest), others)}`
}

/** Returns the first paragraph of each capability's page. */
function capabilityTable(): string {
  const rows = NAMES.map(name => {
    const [title, about] = readFileSync(join(ROOT, CAPABILITIES, name, 'docs.md'), 'utf8').split('\n\n')
    return `| [${title!.replace('# ', '')}](${name}/docs.md) | ${about} |`
  })
  return ['', '| capability | |', '|---|---|', ...rows, ''].join('\n')
}

function routeTable(operations: OperationTable): string {
  return Object.entries(operations)
    .map(([name, { method, path }]) => `  ${name}: { method: '${method}', path: '${path}' },`)
    .join('\n')
}

type Lists = Map<string, string[]>

/** Returns the types of events by topic, and those that invalidate the answer of an operation. */
function eventsOf(contracts: readonly Contract[]): { topics: Lists; outdatedBy: Lists } {
  const [topics, outdatedBy]: [Lists, Lists] = [new Map(), new Map()]
  const add = (lists: Lists, key: string, value: string) => lists.set(key, [...(lists.get(key) ?? []), value])
  for (const { events = {} } of contracts) {
    for (const [topic, types] of Object.entries(events.topics ?? {}))
      for (const { shape } of types)
        add(topics, topic, (shape.type as unknown as { readonly value: string }).value)
    for (const [type, names] of Object.entries(events.invalidates ?? {}))
      for (const name of names) add(outdatedBy, name, type)
  }
  return { topics, outdatedBy }
}

function eventTable(contracts: readonly Contract[]): string {
  const { topics, outdatedBy } = eventsOf(contracts)
  const named = (names: readonly string[]) => names.map(name => `\`${name}\``).join(', ')
  const rows = [...topics].map(([topic, types]) => {
    const outdated = [...outdatedBy].filter(([, by]) => by.some(type => types.includes(type)))
    return `| \`${topic}\` | ${named(types)} | ${named(outdated.map(([name]) => name))} |`
  })
  return ['| topic | events | ask again for |', '|---|---|---|', ...rows].join('\n')
}

function eventNames(contracts: readonly Contract[]): string {
  const { topics, outdatedBy } = eventsOf(contracts)
  const entries = (lists: Lists) =>
    [...lists].map(
      ([key, values]) => `  ${/^\w+$/.test(key) ? key : `'${key}'`}: ['${values.join("', '")}'],`,
    )
  return [
    '',
    '/** Types of events by topic. `NAME:ID`: a topic for each thing, whose events have its `id`. */',
    'export const TOPICS = {',
    ...entries(topics),
    '} as const satisfies Readonly<Record<string, readonly EventType[]>>',
    '',
    '/** The events that outdate the answer of an operation. */',
    'export const OUTDATED_BY: Readonly<Partial<Record<OperationName, readonly EventType[]>>> = {',
    ...entries(outdatedBy),
    '}',
    '',
  ].join('\n')
}

type Row = Pick<Operation, 'area' | 'method' | 'path' | 'summary' | 'effect' | 'access' | 'errors'>

function operationTable(operations: Readonly<Record<string, Row>>): string {
  const areas = Map.groupBy(Object.entries(operations), ([, { area }]) => area)
  const rows = ['| name | request | access | effect | summary | errors |', '|---|---|---|---|---|---|']
  for (const [area, operations] of areas) {
    rows.push(`| **${area}** | | | | | |`)
    for (const [name, { method, path, access = 'guest', effect, summary, errors = {} }] of operations)
      rows.push(
        `| \`${name}\` | \`${method} ${path}\` | ${accessText(access)} | ${effect} | ${summary} | ${errorsText(errors)} |`,
      )
  }
  return rows.join('\n')
}

/** `409 conflict, full; 502 refused`. */
function errorsText(errors: ErrorTable): string {
  const byStatus = Map.groupBy(Object.entries(errors), ([, { status }]) => status)
  return [...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, answers]) => `${status} ${answers.map(([code]) => code).join(', ')}`)
    .join('; ')
}

function accessText(access: unknown): string {
  if (typeof access === 'string') return access
  const rule = access as Extract<NodeAccess, object>
  return 'tokenWhileNull' in rule
    ? `token while \`${rule.tokenWhileNull}\` is null`
    : `token, or the password in \`${rule.tokenOrPassword}\``
}

async function commandTable(...groups: readonly CommandGroup[]): Promise<string> {
  // In English, regardless of the user's language.
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
