/**
 * Checks that functions with `await using` do not return pending promises: they have to be awaited,
 * because their resources are closed on return.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'
import type { Violation } from './imports.ts'
import { ROOT } from './run.ts'

const FUNCTIONS: readonly unknown[] = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']

interface Node {
  readonly type?: unknown
  readonly kind?: unknown
  readonly start?: number
  readonly [key: string]: unknown
}

/**
 * Returns the lines with calls that are returned without `await` in the scope of an `await using`.
 */
export function unfinishedReturns(source: string, file: string): number[] {
  const lines: number[] = []
  const visit = (node: unknown, isOpen: boolean): void => {
    if (Array.isArray(node)) {
      let isOpenNow = isOpen
      for (const each of node as readonly Node[]) {
        visit(each, isOpenNow)
        isOpenNow ||= each?.type === 'VariableDeclaration' && each.kind === 'await using'
      }
      return
    }
    if (typeof node !== 'object' || node === null) return
    const { type, start, argument } = node as Node
    if (isOpen && type === 'ReturnStatement' && isCall(argument) && !hasAwait(argument))
      lines.push(source.slice(0, start).split('\n').length)
    const isFunction = FUNCTIONS.includes(type)
    for (const value of Object.values(node)) visit(value, isOpen && !isFunction)
  }
  visit(parseSync(file, source).program, false)
  return lines
}

function isCall(node: unknown): boolean {
  return (node as Node | null)?.type === 'CallExpression'
}

function hasAwait(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  return (node as Node).type === 'AwaitExpression' || Object.values(node).some(hasAwait)
}

/** Checks all sources. */
export async function checkReturns(): Promise<Violation[]> {
  const files = globSync('{packages,apps,capabilities,interop,sim,bench,fuzz,scripts}/**/*.{ts,tsx}', {
    cwd: ROOT,
    exclude: ['**/node_modules', '**/dist'],
  })
  return files.sort().flatMap(found => {
    const file = found.replaceAll('\\', '/')
    const source = readFileSync(join(ROOT, file), 'utf8')
    if (!source.includes('await using')) return []
    const message = 'write `return await`: what `await using` opened is closed before the promise settles'
    return unfinishedReturns(source, file).map(line => ({ file, line, message }))
  })
}
