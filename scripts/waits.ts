/**
 * Checks that tests wait with the functions that have the common limit (packages/testing): none has a limit of its own that is not longer, and none
 * polls in a loop.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'
import { WAIT_MS } from '../packages/testing/src/limits.ts'
import { TEST_FILE } from './import-rules.ts'
import type { Violation } from './imports.ts'
import { ROOT } from './run.ts'

/** Everything in these folders is for tests. */
const TESTS = /^(?:interop|sim)\//
/** Waits, and what is wrong with waiting in other ways, are tested here. */
const OWN = /^packages\/testing\//

const LOOPS: readonly unknown[] = ['WhileStatement', 'DoWhileStatement', 'ForStatement']
const COMPARISONS: readonly unknown[] = ['<', '<=', '>', '>=']
const TIMEOUTS: readonly unknown[] = ['timeout', 'timeoutMs']

interface Node {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

interface Found {
  readonly line: number
  readonly message: string
}

/** Returns the waits of a test that do not follow the rules. */
export function findOwnWaits(source: string, file: string): Found[] {
  const nodes = allNodes(parseSync(file, source).program)
  const values = new Map<unknown, unknown>()
  for (const { type, id, init } of nodes)
    if (type === 'VariableDeclarator') values.set((id as Node).name, init)
  const timers = new Set<unknown>(['setTimeout'])
  for (const node of nodes)
    if (node.type === 'ImportDeclaration' && (node.source as Node).value === 'node:timers/promises')
      for (const { imported, local } of node.specifiers as Node[])
        if ((imported as Node | undefined)?.name === 'setTimeout') timers.add((local as Node).name)

  return nodes.flatMap(node => {
    const message = wrongWith(node, values, timers)
    return message === null ? [] : [{ line: source.slice(0, node.start).split('\n').length, message }]
  })
}

function wrongWith(
  node: Node,
  values: ReadonlyMap<unknown, unknown>,
  timers: ReadonlySet<unknown>,
): string | null {
  const timeoutMs = timeoutOf(node, values)
  if (timeoutMs !== null && timeoutMs <= WAIT_MS)
    return `${timeoutMs} ms is not longer than the default of every wait: leave it out`
  return isPolling(node, timers)
    ? 'wait with `until` of @shoal/testing, vi.waitFor or expect.poll instead of a loop'
    : null
}

/** Returns the time limit of a call that waits, or null if it has none of its own. */
function timeoutOf(node: Node, values: ReadonlyMap<unknown, unknown>): number | null {
  if (node.type !== 'CallExpression') return null
  const [callee, args] = [node.callee as Node, node.arguments as Node[]]
  const name = nameOf(callee)
  const isWait =
    callee.type === 'Identifier'
      ? name === 'until'
      : ['vi.waitFor', 'vi.waitUntil', 'expect.poll'].includes(`${nameOf(callee.object as Node)}.${name}`)
  const given = args.at(-1)
  if (!isWait || args.length < 2) return null
  const options = given?.type === 'Identifier' ? (values.get(given.name) as Node | undefined) : given
  if (options?.type !== 'ObjectExpression') return numberIn(options)
  const own = (options.properties as Node[]).find(({ key }) => TIMEOUTS.includes(nameOf(key as Node)))
  return numberIn(own?.value as Node | undefined)
}

/** A loop with pauses that looks at the clock, or does nothing else. Those that count, and those that do something each time, do not wait. */
function isPolling(node: Node, timers: ReadonlySet<unknown>): boolean {
  if (!LOOPS.includes(node.type)) return false
  const parts = allNodes([node.test, node.body])
  const pauses = parts.filter(
    ({ type, argument }) =>
      type === 'AwaitExpression' && allNodes(argument).some(({ name }) => timers.has(name)),
  )
  if (pauses.length === 0) return false
  const looksAtClock = parts.some(
    ({ type, operator, left, right }) =>
      type === 'BinaryExpression' &&
      COMPARISONS.includes(operator) &&
      [left, right].some(side => isNow(side as Node)),
  )
  const { type, body } = node.body as Node
  const statements = type === 'BlockStatement' ? (body as Node[]) : [node.body as Node]
  const isOnlyPause = statements.length === 1 && statements[0]!.type === 'ExpressionStatement' && !node.update
  return looksAtClock || isOnlyPause
}

/** `Date.now()`, `performance.now()`. */
function isNow({ type, callee }: Node): boolean {
  return type === 'CallExpression' && nameOf(callee as Node) === 'now'
}

function nameOf(node: Node | undefined): unknown {
  return node?.type === 'MemberExpression' ? (node.property as Node).name : node?.name
}

function numberIn(node: Node | undefined): number | null {
  return node?.type === 'Literal' && typeof node.value === 'number' ? node.value : null
}

function allNodes(node: unknown): Node[] {
  if (Array.isArray(node)) return node.flatMap(allNodes)
  if (typeof node !== 'object' || node === null) return []
  const below = Object.values(node).flatMap(allNodes)
  return typeof (node as Node).type === 'string' ? [node as Node, ...below] : below
}

/** Checks all tests. */
export async function checkWaits(): Promise<Violation[]> {
  const files = globSync('{packages,apps,interop,sim,bench,fuzz,scripts}/**/*.{ts,tsx}', {
    cwd: ROOT,
    exclude: ['**/node_modules', '**/dist'],
  })
  return files.sort().flatMap(found => {
    const file = found.replaceAll('\\', '/')
    if (OWN.test(file) || !(TESTS.test(file) || TEST_FILE.test(file))) return []
    const source = readFileSync(join(ROOT, file), 'utf8')
    if (!/\b(?:setTimeout|waitFor|waitUntil|poll|until)\b/.test(source)) return []
    return findOwnWaits(source, file).map(each => ({ file, ...each }))
  })
}
