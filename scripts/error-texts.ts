/**
 * Extracts the texts of errors that sources throw, and those with which schemas refuse an input.
 */
import { globSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { parseAst } from 'vite'

interface Node {
  readonly type: string
  readonly [key: string]: unknown
}

/** A function that creates an error from its parameters, such as `bad('is too long')`. */
interface Maker {
  readonly params: readonly string[]
  readonly messages: readonly Node[]
  /**
   * Calls of other such functions with its parameters, as in `function fail(why) { throw bad(why)
   * }`.
   */
  readonly calls: readonly Node[]
  readonly values: Values
}

/** The values of constants and arguments by name; several with one name are in source order. */
type Values = ReadonlyMap<string, readonly Node[]>

/** Errors whose second argument is a message that users see. */
const ERRORS =
  /^(?:Shoal|Tracker|Chat|Room|Store|Identity|Link|Sealed)Error$|^(?:Http|Transient|Range|Proxy)?Failure$|^TooManyAttempts$/
/** The schema methods that take a message, and its position among their arguments. */
const CHECKS: ReadonlyMap<string, number> = new Map([
  ['regex', 1],
  ['refine', 1],
  ['min', 1],
  ['max', 1],
  ['url', 0],
])
/** Maximum depth of nested choices: more would be texts of different errors. */
const MAX_DEPTH = 6

/** Returns the sources in a folder, or the file itself, without tests. */
export function sourcesUnder(path: string): string[] {
  const files = statSync(path).isFile() ? [path] : globSync(`${path}/**/*.ts`)
  return files.filter(file => !/\.test\.ts$|\/testing\//.test(file)).sort()
}

/**
 * Returns the texts of errors that the files create, with the file of each. Functions that create
 * errors are followed across files.
 */
export function textsOfErrors(files: readonly string[]): { readonly file: string; readonly text: string }[] {
  const read = files.map(file => readSource(readFileSync(file, 'utf8'), file))
  const bySource = new Map(read.map(source => [basename(source.file), source.makers]))
  const resolved = new Set<Node>()
  const texts = read.flatMap(source => {
    // File names are enough: two files of one name that export functions of one name would be
    // confusing anyway.
    const others = source.imports.flatMap(({ name, from }) => {
      const maker = bySource.get(basename(from))?.get(name)
      return maker ? [[name, maker] as const] : []
    })
    return findTexts(source, new Map(others), resolved).map(text => ({ file: source.file, text }))
  })
  return [
    ...texts,
    ...read.flatMap(source => unresolvedOf(source, resolved).map(text => ({ file: source.file, text }))),
  ]
}

/**
 * Returns the texts of errors that a source creates, with `{0}`, `{1}` … for values. Texts from
 * other files are left out.
 */
export function errorTexts(source: string, file: string): string[] {
  const read = readSource(source, file)
  const resolved = new Set<Node>()
  const texts = findTexts(read, new Map(), resolved)
  return [...texts, ...unresolvedOf(read, resolved)]
}

/**
 * Returns the texts of functions whose calls were not found, with placeholders for their
 * parameters.
 */
function unresolvedOf({ makers, values }: Source, resolved: ReadonlySet<Node>): string[] {
  const messages = [...makers.values()].flatMap(maker => maker.messages)
  return [...new Set(messages)]
    .filter(message => !resolved.has(message))
    .flatMap(message => literals(message, values))
}

/**
 * Returns the codes of errors that a source creates: the first text of `new SomeFailure('code',
 * …)`, and of the constructor of an error class. Codes from other files are left out.
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

interface Source {
  readonly file: string
  readonly nodes: readonly Node[]
  readonly values: Values
  readonly makers: ReadonlyMap<string, Maker>
  readonly imports: readonly { readonly name: string; readonly from: string }[]
}

function readSource(source: string, file: string): Source {
  const nodes: Node[] = []
  visit(parseAst(source, { lang: 'ts' }, file) as unknown as Node, node => nodes.push(node))
  const values = new Map<string, Node[]>()
  for (const { type, id, init } of nodes)
    if (type === 'VariableDeclarator' && init)
      values.set(nameOf(id), [...(values.get(nameOf(id)) ?? []), init as Node])
  const makers = new Map<string, Maker>()
  for (const node of nodes) {
    const [name, made] =
      node.type === 'FunctionDeclaration'
        ? [nameOf(node.id), node]
        : node.type === 'VariableDeclarator' && (node.init as Node | null)?.type === 'ArrowFunctionExpression'
          ? [nameOf(node.id), node.init as Node]
          : node.type === 'MethodDefinition' || node.type === 'PropertyDefinition'
            ? [nameOf(node.key), node.value as Node]
            : ['', null]
    if (!made?.params) continue
    const params = (made.params as Node[]).map(param =>
      nameOf(param.type === 'AssignmentPattern' ? param.left : param),
    )
    const messages: Node[] = []
    visit(made, each => messages.push(...messageOf(each)))
    const used = messages.filter(message => uses(message, params))
    const calls: Node[] = []
    visit(made, each => {
      if (each.type !== 'CallExpression' || (each.callee as Node).type !== 'Identifier') return
      const given = each.arguments as Node[]
      if (given.some(({ type, name }) => type === 'Identifier' && params.includes(name as string)))
        calls.push(each)
    })
    if (name !== '' && (used.length > 0 || calls.length > 0))
      makers.set(name, { params, messages: used, calls, values })
  }
  const imports = nodes.flatMap(({ type, source, specifiers }) =>
    type === 'ImportDeclaration'
      ? (specifiers as Node[]).map(({ imported }) => ({
          name: nameOf(imported),
          from: (source as { value: string }).value,
        }))
      : [],
  )
  return { file, nodes, values, makers, imports }
}

/** Adds to `resolved` the messages of functions whose calls it follows. */
function findTexts(
  { nodes, values, makers }: Source,
  others: ReadonlyMap<string, Maker>,
  resolved: Set<Node>,
): string[] {
  const made = new Set([...makers.values()].flatMap(({ messages, calls }) => [...messages, ...calls]))
  const texts = nodes.flatMap(node => {
    const own = messageOf(node).filter(message => !made.has(message))
    return [
      ...own.flatMap(message => literals(message, values)),
      ...(made.has(node) ? [] : called(node, values)),
    ]
  })
  return [...new Set(texts)]

  /** Returns the texts of an error that a function creates from its arguments. */
  function called(node: Node, values: Values, depth = 0): string[] {
    if (node.type !== 'CallExpression' || depth > 2) return []
    const callee = node.callee as Node
    const isOwn = callee.type === 'MemberExpression' && (callee.object as Node).type === 'ThisExpression'
    const name = nameOf(isOwn ? callee.property : callee)
    const maker = makers.get(name) ?? others.get(name)
    if (!maker) return []
    const given = node.arguments as Node[]
    const bound = new Map(maker.values)
    for (const [at, param] of maker.params.entries()) {
      const argument = given[at]
      // An argument that is itself a parameter has the value passed for that.
      const value = argument?.type === 'Identifier' ? values.get(argument.name as string) : undefined
      if (argument) bound.set(param, depth > 0 && value ? value : [argument])
      else bound.delete(param)
    }
    // Arguments refer to constants in the file of the call.
    for (const [key, value] of values) if (!bound.has(key)) bound.set(key, value)
    for (const message of maker.messages) resolved.add(message)
    return [
      ...maker.messages.flatMap(message => literals(message, bound)),
      ...maker.calls.flatMap(call => called(call, bound, depth + 1)),
    ]
  }
}

/** Returns the message of an error, or of a schema check. */
function messageOf(node: Node): Node[] {
  const [first, second] = (node.arguments ?? []) as (Node | undefined)[]
  if (node.type === 'NewExpression') return second && ERRORS.test(nameOf(node.callee)) ? [second] : []
  const callee = node.callee as Node | undefined
  if (node.type !== 'CallExpression' || callee?.type !== 'MemberExpression') return []
  const at = CHECKS.get(nameOf(callee.property))
  const given = at === 1 ? second : first
  if (!given || at === undefined) return []
  if (given.type === 'Literal' || given.type === 'TemplateLiteral') return [given]
  if (given.type !== 'ObjectExpression') return []
  const error = (given.properties as Node[]).find(each => nameOf(each.key) === 'error')?.value as
    | Node
    | undefined
  return error ? [(error.type === 'ArrowFunctionExpression' ? error.body : error) as Node] : []
}

function uses(message: Node, params: readonly string[]): boolean {
  let isUsed = false
  visit(message, ({ type, name }) => {
    if (type === 'Identifier' && params.includes(name as string)) isUsed = true
  })
  return isUsed
}

const nameOf = (node: unknown) => {
  const { name, type } = (node ?? {}) as { name?: string; type?: string }
  return name === undefined ? '' : type === 'PrivateIdentifier' ? `#${name}` : name
}

function literals(node: Node, values: Values, depth = 0): string[] {
  if (depth > MAX_DEPTH) return []
  const inside = (each: Node) => literals(each, values, depth + 1)
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : []
    case 'TemplateLiteral': {
      const expressions = node.expressions as Node[]
      return (node.quasis as { value: { cooked: string } }[]).reduce<string[]>(
        (texts, { value }, at) => {
          const inner = at === 0 ? [] : inside(expressions[at - 1]!)
          // A choice between strings gives several texts; anything else is a value.
          const before = at === 0 ? [''] : inner.length > 0 ? inner : [`{${at - 1}}`]
          return texts.flatMap(text => before.map(each => text + each + value.cooked))
        },
        [''],
      )
    }
    case 'ConditionalExpression':
      return [node.consequent, node.alternate].flatMap(each => inside(each as Node))
    case 'LogicalExpression':
      return [node.left, node.right].flatMap(each => inside(each as Node))
    case 'BinaryExpression':
      return inside(node.left as Node).flatMap(left => inside(node.right as Node).map(right => left + right))
    case 'Identifier': {
      const found = values.get(node.name as string) ?? []
      // Uses the nearest preceding declaration: another function can have a constant of the same
      // name.
      const init = found.findLast(each => (each.start as number) < (node.start as number)) ?? found[0]
      if (!init || init === node) return []
      const rest = new Map(values)
      rest.delete(node.name as string)
      return literals(init, rest, depth + 1)
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
