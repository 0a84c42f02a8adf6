/**
 * Checks the time limits of tests: they must use `limitMs` of packages/testing, which adapts to the
 * machine; explicit limits of waits must be longer than the default; and loops must not poll.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROGRAM_WAIT_SECONDS, WAIT_SECONDS } from '../packages/testing/src/limits.ts'
import { isForTests } from './import-rules.ts'
import type { Violation } from './imports.ts'
import { ROOT } from './run.ts'
import { allNodes, lineAt, type Node, nodesOf } from './syntax.ts'

/** Tests in these folders wait for other programs, and therefore longer. */
const WITH_PROGRAMS = /^(?:interop|sim|apps\/web\/e2e)\//
/** Tests of the wait functions themselves, and of what is wrong with other ways of waiting. */
const OWN = /^packages\/testing\//

const LOOPS: readonly unknown[] = ['WhileStatement', 'DoWhileStatement', 'ForStatement']
const COMPARISONS: readonly unknown[] = ['<', '<=', '>', '>=']
const WAITS: readonly unknown[] = ['vi.waitFor', 'vi.waitUntil', 'expect.poll', 'until']
const DEFINITIONS: readonly unknown[] = [
  'describe',
  'test',
  'it',
  'beforeAll',
  'beforeEach',
  'afterAll',
  'afterEach',
]

type Values = ReadonlyMap<unknown, unknown>

interface Found {
  readonly line: number
  readonly message: string
}

/**
 * Returns the time limits and waits of a test that break the rules. `waitSeconds`: the default of
 * waits.
 */
export function findOwnWaits(source: string, file: string, waitSeconds = WAIT_SECONDS): Found[] {
  const nodes = nodesOf(source, file)
  const values = new Map<unknown, unknown>()
  for (const { type, id, init } of nodes)
    if (type === 'VariableDeclarator') values.set((id as Node).name, init)
  const timers = new Set<unknown>(['setTimeout'])
  for (const node of nodes)
    if (node.type === 'ImportDeclaration' && (node.source as Node).value === 'node:timers/promises')
      for (const { imported, local } of node.specifiers as Node[])
        if ((imported as Node | undefined)?.name === 'setTimeout') timers.add((local as Node).name)

  return nodes.flatMap(node => {
    const message = wrongWith(node, values, timers, waitSeconds)
    return message === null ? [] : [{ line: lineAt(source, node.start), message }]
  })
}

function wrongWith(
  node: Node,
  values: Values,
  timers: ReadonlySet<unknown>,
  waitSeconds: number,
): string | null {
  const limit = limitOf(node, values) ?? defaultLimitOf(node)
  if (limit !== null && numberIn(limit) !== null)
    return 'a number of its own does not follow the speed of the machine: make it with `limitMs` of @shoal/testing, or leave it out'
  const seconds = limit === null ? null : secondsIn(limit)
  if (
    seconds !== null &&
    seconds <= waitSeconds &&
    node.type === 'CallExpression' &&
    WAITS.includes(calledBy(node))
  )
    return `${seconds} s are not longer than the default of every wait: leave it out`
  return isPolling(node, timers)
    ? 'wait with `until` of @shoal/testing, vi.waitFor or expect.poll instead of a loop'
    : null
}

/**
 * Returns the expression for the time limit of a call that waits, defines a test, or drives a
 * browser; null if it has none.
 */
function limitOf(node: Node, values: Values): Node | null {
  if (node.type !== 'CallExpression') return null
  const given = (node.arguments as Node[]).map(argument => resolved(argument, values))
  const name = calledBy(node)
  const options = given.find(
    ({ type, properties }) => type === 'ObjectExpression' && limitIn(properties as Node[], name),
  )
  if (options) return resolved(limitIn(options.properties as Node[], name)!, values)
  const last = given.at(-1)
  const isLimit =
    name === 'AbortSignal.timeout' || name === 'setDefaultTimeout' || takesLimitLast(name, given.length)
  return isLimit && last && (numberIn(last) !== null || secondsIn(last) !== null) ? last : null
}

/** Returns the default of a parameter that limits the waits of a test helper. */
function defaultLimitOf({ type, left, right }: Node): Node | null {
  const isLimit = type === 'AssignmentPattern' && nameOf(left as Node) === 'timeoutMs'
  // 0 adds no time to what a helper waits anyway.
  return isLimit && numberIn(right as Node) !== 0 ? (right as Node) : null
}

function takesLimitLast(name: unknown, length: number): boolean {
  if (WAITS.includes(name)) return length > 1
  return DEFINITIONS.includes(name) && length > 1
}

/**
 * Returns the value of the property that limits a call. `timeoutMs` limits our own wait; Shoal's
 * own options of that name do not limit the test.
 */
function limitIn(properties: readonly Node[], name: unknown): Node | null {
  const wanted = name === 'until' ? 'timeoutMs' : 'timeout'
  const found = properties.find(({ key }) => key !== undefined && nameOf(key as Node) === wanted)
  return (found?.value as Node | undefined) ?? null
}

/** Returns the value of a constant of the file, otherwise the expression itself. */
function resolved(node: Node, values: Values): Node {
  return (node.type === 'Identifier' && (values.get(node.name) as Node | null | undefined)) || node
}

/**
 * Returns the name of the called function: `until`, `vi.waitFor`; `test` for everything that starts
 * with it, such as `test.each(…)(…)`.
 */
function calledBy(node: Node): unknown {
  const callee = node.callee as Node
  const first = firstOf(callee)
  if (DEFINITIONS.includes(first)) return first
  if (callee.type === 'Identifier') return callee.name
  const whole = `${String(nameOf(callee.object as Node | undefined))}.${String(nameOf(callee))}`
  return whole.endsWith('.setDefaultTimeout') ? 'setDefaultTimeout' : whole
}

/** Returns the first name in a chain of members and calls. */
function firstOf(node: Node | undefined): unknown {
  if (node?.type === 'MemberExpression') return firstOf(node.object as Node)
  return node?.type === 'CallExpression' ? firstOf(node.callee as Node) : node?.name
}

/** Returns the seconds in `limitMs(20)`. */
function secondsIn(node: Node): number | null {
  if (node.type !== 'CallExpression' || nameOf(node.callee as Node) !== 'limitMs') return null
  return numberIn((node.arguments as Node[])[0])
}

/**
 * Returns whether a loop with pauses checks the clock, or does nothing else. Loops that count, or
 * do something each time, are not waits.
 */
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

/** Returns the value of a number literal, a product or a sum. */
function numberIn(node: Node | undefined): number | null {
  if (node?.type === 'BinaryExpression') {
    const [left, right] = [numberIn(node.left as Node), numberIn(node.right as Node)]
    return left === null || right === null ? null : left * right
  }
  return node?.type === 'Literal' && typeof node.value === 'number' ? node.value : null
}

/** Checks all tests. */
export async function checkWaits(): Promise<Violation[]> {
  const files = globSync('{packages,apps,capabilities,interop,sim,bench,fuzz,scripts}/**/*.{ts,tsx}', {
    cwd: ROOT,
    exclude: ['**/node_modules', '**/dist'],
  })
  return files.sort().flatMap(found => {
    const file = found.replaceAll('\\', '/')
    if (OWN.test(file) || !isForTests(file)) return []
    const source = readFileSync(join(ROOT, file), 'utf8')
    if (
      !/\b(?:setTimeout|setDefaultTimeout|waitFor|waitUntil|poll|until|timeout|timeoutMs)\b|\d_000\)/.test(
        source,
      )
    )
      return []
    const waitSeconds = WITH_PROGRAMS.test(file) ? PROGRAM_WAIT_SECONDS : WAIT_SECONDS
    return findOwnWaits(source, file, waitSeconds).map(each => ({ file, ...each }))
  })
}
