/** The texts of the errors that a source throws. */
import { globSync, statSync } from 'node:fs'
import { parseAst } from 'vite'

interface Node {
  readonly type: string
  readonly [key: string]: unknown
}

const ERRORS = /^(?:ShoalError|TrackerError|Failure|TransientFailure)$/

/** Returns the sources in a folder, or the file itself, without tests. */
export function sourcesUnder(path: string): string[] {
  const files = statSync(path).isFile() ? [path] : globSync(`${path}/**/*.ts`)
  return files.filter(file => !/\.test\.ts$/.test(file))
}

/** Returns the texts of the errors that a source makes, with `{0}`, `{1}` … for values. Those that come from elsewhere are left out. */
export function errorTexts(source: string, file: string): string[] {
  const constants = new Map<string, Node>()
  const found: Node[] = []
  visit(parseAst(source, { lang: 'ts' }, file) as unknown as Node, node => {
    if (node.type === 'VariableDeclarator' && node.init)
      constants.set((node.id as { name?: string }).name ?? '', node.init as Node)
    if (node.type !== 'NewExpression') return
    const [, message] = node.arguments as Node[]
    if (message && ERRORS.test((node.callee as { name?: string }).name ?? '')) found.push(message)
  })
  return found.flatMap(node => literals(node, constants))
}

/**
 * Returns the codes of the errors that a source makes: the first text of `new SomeFailure('code', …)`, and of the constructor of a class of errors. Codes that come
 * from elsewhere are left out.
 */
export function errorCodes(source: string, file: string): string[] {
  const found = new Set<string>()
  visit(parseAst(source, { lang: 'ts' }, file) as unknown as Node, node => {
    const callee = node.callee as { type?: string; name?: string } | undefined
    const isError = node.type === 'NewExpression' && /(?:Error|Failure)$/.test(callee?.name ?? '')
    const isSuper = node.type === 'CallExpression' && callee?.type === 'Super'
    const [code] = isError || isSuper ? (node.arguments as Node[]) : []
    for (const text of code ? literals(code, new Map()) : [])
      if (/^[a-z]+(?:-[a-z]+)*$/.test(text)) found.add(text)
  })
  return [...found]
}

function literals(node: Node, constants: ReadonlyMap<string, Node>): string[] {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : []
    case 'TemplateLiteral': {
      const expressions = node.expressions as Node[]
      return (node.quasis as { value: { cooked: string } }[]).reduce<string[]>(
        (texts, { value }, at) => {
          const inner = at === 0 ? [] : literals(expressions[at - 1]!, constants)
          // A choice between words is several texts; anything else is a value.
          const before = at === 0 ? [''] : inner.length > 0 ? inner : [`{${at - 1}}`]
          return texts.flatMap(text => before.map(each => text + each + value.cooked))
        },
        [''],
      )
    }
    case 'ConditionalExpression':
      return [node.consequent, node.alternate].flatMap(each => literals(each as Node, constants))
    case 'BinaryExpression':
      return literals(node.left as Node, constants).flatMap(left =>
        literals(node.right as Node, constants).map(right => left + right),
      )
    case 'Identifier': {
      const init = constants.get(node.name as string)
      return init && init !== node ? literals(init, new Map()) : []
    }
    default:
      return []
  }
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node)
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child === 'object' && child !== null && 'type' in child) visit(child as Node, see)
}
