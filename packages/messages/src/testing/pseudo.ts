import type { Catalog, Message } from '../catalog.ts'

const PLAIN = 'aceinosuyAEINOUY'
const ACCENTED = 'áçéíñóšúýÁÉÍÑÓÚÝ'

/**
 * Returns a readable but conspicuous catalog: accented letters, a third longer, in brackets. Text
 * on a screen without brackets is not in a catalog, and text without its closing bracket is
 * truncated.
 */
export function toPseudo<C extends Message | Catalog>(catalog: C): C {
  if (typeof catalog === 'string') return accent(catalog) as C
  const entries = Object.entries(catalog).map(([name, each]) => [name, toPseudo(each as Message | Catalog)])
  return Object.fromEntries(entries) as C
}

function accent(text: string): string {
  const accented = text.replace(/\{\w+\}|./gs, part => {
    const at = part.length === 1 ? PLAIN.indexOf(part) : -1
    return at < 0 ? part : ACCENTED[at]!
  })
  return `[${accented}${'~'.repeat(Math.ceil(text.length / 3))}]`
}
