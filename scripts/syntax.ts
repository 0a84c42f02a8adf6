/** The syntax of sources, as `parseSync` of Vite returns it. */
import { parseSync } from 'vite'

export interface Node {
  readonly type: string
  /** Offset of the first character. */
  readonly start: number
  /** Offset after the last character. */
  readonly end: number
  readonly [key: string]: unknown
}

/**
 * Returns all nodes of a module, parents first. The file name decides between TypeScript and TSX.
 */
export function nodesOf(source: string, file: string): Node[] {
  return allNodes(parseSync(file, source).program)
}

/** Returns all nodes in a node or a list of them, including itself. */
export function allNodes(node: unknown): Node[] {
  const found: Node[] = []
  const visit = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return
    if (typeof (each as Node).type === 'string') found.push(each as Node)
    for (const below of Object.values(each)) visit(below)
  }
  visit(node)
  return found
}

/** Returns the line of an offset, from 1. */
export function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length
}
