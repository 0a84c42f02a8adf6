import { relative } from 'node:path'
import MagicString from 'magic-string'
import type { Plugin } from 'vite'
import { isForTests } from './import-rules.ts'
import { ROOT } from './run.ts'
import { lineAt, type Node, nodesOf } from './syntax.ts'

/** Maximum length of the awaited expression that is shown. */
const CHARACTERS = 60

/** For these, the relevant place is that of their call. */
const OWN = /^packages\/testing\//

/**
 * A Vite plugin that makes tests and test helpers record what they await: `await x()` becomes a
 * call of packages/testing/src/awaits.ts, so that a test or a hook that hangs can name the place. A
 * function that runs in a page has no such function available, and awaits normally.
 */
export function nameAwaits(): Plugin {
  return {
    name: 'shoal:name-awaits',
    enforce: 'pre',
    transform: {
      filter: { id: /\.tsx?(?:\?|$)/, code: /\bawait\b/ },
      handler(code, id) {
        const file = relative(ROOT, id.replace(/\?.*/, '')).replaceAll('\\', '/')
        if (!isForTests(file) || OWN.test(file)) return null
        const changed = withNames(code, file)
        return { code: changed.toString(), map: changed.generateMap({ hires: true }) }
      },
    },
  }
}

/** Returns the code with a name for every `await`. */
export function withNames(code: string, file: string): MagicString {
  const changed = new MagicString(code)
  for (const { type, argument } of nodesOf(code, file)) {
    if (type !== 'AwaitExpression') continue
    const { start, end } = argument as Node
    const line = lineAt(code, start)
    const text = code.slice(start, end).replaceAll(/\s+/g, ' ')
    const shown = text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text
    changed.appendRight(start, '(globalThis.shoalAwaiting ?? (x => x))(')
    changed.appendLeft(end, `, ${JSON.stringify(`${file}:${line} ${shown}`)})`)
  }
  return changed
}
