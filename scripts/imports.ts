/** Holds every import to the rules of `import-rules.ts`: rooms, platform, declared dependencies, no cycles. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import {
  ENGINE,
  ENGINE_CONTRACTS,
  ENGINE_LEVELS,
  ENGINE_PURE,
  ENGINE_SHARED_TYPES,
  LOOKS_INSIDE,
  TEST_FILE,
  WORKSPACES,
} from './import-rules.ts'
import { ROOT } from './run.ts'

export interface Violation {
  /** Path from the root, with forward slashes. */
  readonly file: string
  readonly line: number
  readonly message: string
}

export interface Import {
  readonly specifier: string
  readonly line: number
  /** Only types: gone when the program runs, so no cycle. */
  readonly typeOnly: boolean
}

/** A package.json, as far as imports are concerned. */
export interface Manifest {
  readonly name?: string
  readonly exports?: Record<string, unknown>
  readonly imports?: Record<string, unknown>
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
}

/** Files by path from the root; manifests by folder from the root (`''` for the root's own). */
export interface SourceTree {
  readonly files: ReadonlyMap<string, string>
  readonly manifests: ReadonlyMap<string, Manifest>
}

const STATEMENT = /^(?:import|export)\b(\s+type\b)?(?:[^'";]*?\bfrom)?\s*(['"])([^'"\n]+)\2/gm
const DYNAMIC = /\bimport\(\s*(['"])([^'"\n]+)\1\s*\)/g
const WORKER = /\bnew URL\(\s*(['"])(\.[^'"\n]+\.tsx?)\1,\s*import\.meta\.url/g
const COMMENT_LINE = /^\s*(?:\/\/|\/\*|\*)/

/** Every import of a module, as the formatter leaves them: statements at the start of a line, dynamic imports, workers. */
export function importsOf(source: string): Import[] {
  const found: Import[] = []
  const add = (match: RegExpMatchArray, specifier: string, typeOnly: boolean) => {
    const line = source.slice(0, match.index).split('\n').length
    const before = source.slice(source.lastIndexOf('\n', match.index! - 1) + 1, match.index)
    const isText = COMMENT_LINE.test(before) || (before.match(/['"`]/g)?.length ?? 0) % 2 === 1
    if (!isText) found.push({ specifier, line, typeOnly })
  }
  for (const match of source.matchAll(STATEMENT)) add(match, match[3]!, match[1] !== undefined)
  for (const match of source.matchAll(DYNAMIC)) add(match, match[2]!, false)
  // A worker runs apart from whoever starts it: as with types, no cycle.
  for (const match of source.matchAll(WORKER)) add(match, match[2]!, true)
  return found.sort((a, b) => a.line - b.line)
}

/** All violations in the tree, by file and line. */
export function violationsIn(tree: SourceTree): Violation[] {
  const violations: Violation[] = []
  const edges = new Map<string, string[]>()
  for (const [file, source] of tree.files) {
    const targets: string[] = []
    edges.set(file, targets)
    for (const { specifier, line, typeOnly } of importsOf(source)) {
      const message = check(tree, file, { specifier, line, typeOnly }, target => {
        if (!typeOnly && tree.files.has(target)) targets.push(target)
      })
      if (message) violations.push({ file, line, message })
    }
  }
  for (const cycle of cyclesIn(edges))
    violations.push({ file: cycle[0]!, line: 1, message: `imports itself: ${cycle.join(' -> ')}` })
  return violations
}

/** The checkout's own tree. */
export async function checkImports(): Promise<Violation[]> {
  const files = new Map<string, string>()
  const manifests = new Map<string, Manifest>([['', manifestAt('')]])
  for (const workspace of Object.keys(WORKSPACES)) {
    if (!existsSync(posix.join(ROOT, workspace))) continue
    if (existsSync(posix.join(ROOT, workspace, 'package.json')))
      manifests.set(workspace, manifestAt(workspace))
    for (const found of globSync(`${workspace}/**/*.{ts,tsx}`, { cwd: ROOT, exclude: ['**/node_modules'] })) {
      const file = found.replaceAll('\\', '/')
      files.set(file, readFileSync(posix.join(ROOT, file), 'utf8'))
    }
  }
  return violationsIn({ files, manifests })
}

function manifestAt(folder: string): Manifest {
  return JSON.parse(readFileSync(posix.join(ROOT, folder, 'package.json'), 'utf8')) as Manifest
}

/** What is wrong with one import, or null. Tells `found` each file of the tree that it stands for. */
function check(
  tree: SourceTree,
  file: string,
  { specifier, typeOnly }: Import,
  found: (target: string) => void,
): string | null {
  const workspace = workspaceOf(file)
  const isTest = TEST_FILE.test(file)
  if (specifier.startsWith('#')) return checkPlatformPair(tree, file, specifier, found)
  if (isBuiltin(specifier)) return checkBuiltin(file, specifier, isTest)
  if (!specifier.startsWith('.')) return checkPackage(tree, file, specifier, isTest, found)

  const target = posix.join(posix.dirname(file), specifier)
  if (!tree.files.has(target)) {
    if (existsSync(posix.join(ROOT, target))) return null
    return `${specifier} does not exist (imports name the file with its .ts)`
  }
  found(target)
  const other = workspaceOf(target)
  if (other !== workspace) {
    if (!LOOKS_INSIDE.includes(workspace)) return `${other} is another package: import it by its name`
    return allowedWorkspace(workspace, other)
  }
  return isTest || (typeOnly && target === `${ENGINE}/${ENGINE_SHARED_TYPES}`)
    ? null
    : checkRooms(file, target)
}

/** `#name` stands for a pair of files, one for each platform. */
function checkPlatformPair(
  tree: SourceTree,
  file: string,
  specifier: string,
  found: (target: string) => void,
): string | null {
  const workspace = workspaceOf(file)
  const entry = tree.manifests.get(workspace)?.imports?.[specifier]
  if (entry === undefined) return `${specifier} is not among the imports of ${workspace}/package.json`
  for (const relative of leavesOf(entry)) {
    const target = posix.join(workspace, relative)
    if (!tree.files.has(target)) return `${specifier} stands for ${target}, which does not exist`
    found(target)
    const message = TEST_FILE.test(file) ? null : checkRooms(file, target)
    if (message) return message
  }
  return null
}

function checkBuiltin(file: string, specifier: string, isTest: boolean): string | null {
  if (!specifier.startsWith('node:')) return `write node:${specifier}`
  if (isTest || !file.startsWith(`${ENGINE}/`)) return null
  const room = roomOf(file)
  if (room !== 'base' && room in ENGINE_PURE) return `${room} is pure: it touches nothing of the platform`
  if (/\.node\.ts$/.test(file)) return null
  return `the engine runs in browsers too: ${specifier} belongs in a file named *.node.ts behind a # import`
}

function checkPackage(
  tree: SourceTree,
  file: string,
  specifier: string,
  isTest: boolean,
  found: (target: string) => void,
): string | null {
  const parts = specifier.split('/')
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
  const workspace = workspaceOf(file)
  const own = tree.manifests.get(workspace) ?? {}
  const root = tree.manifests.get('') ?? {}
  const declared = { ...own.dependencies, ...own.optionalDependencies, ...own.peerDependencies }
  const development = { ...own.devDependencies, ...root.devDependencies }
  const mayDevelop = isTest || LOOKS_INSIDE.includes(workspace) || posix.basename(file).includes('.config.')
  if (!(name in declared) && !(mayDevelop && name in development) && name !== own.name) {
    return name in development
      ? `${name} is for development: only tests import it`
      : `${name} is not a dependency in ${workspace}/package.json`
  }
  const other = [...tree.manifests].find(([, manifest]) => manifest.name === name)?.[0]
  if (other === undefined || other === workspace) return null
  const entry = tree.manifests.get(other)?.exports?.[`.${specifier.slice(name.length)}`]
  for (const relative of leavesOf(entry)) found(posix.join(other, relative))
  return allowedWorkspace(workspace, other)
}

function allowedWorkspace(from: string, to: string): string | null {
  const allowed = WORKSPACES[from] ?? []
  const fits = allowed.some(name => name === to || (name.endsWith('/*') && to.startsWith(name.slice(0, -1))))
  return fits ? null : `${from} must not import ${to}`
}

/** Whether one file of the engine may import another: only downwards. */
function checkRooms(file: string, target: string): string | null {
  if (!file.startsWith(`${ENGINE}/`)) return null
  const [from, to] = [roomOf(file), roomOf(target)]
  if (from === to) return null
  const [fromLevel, toLevel] = [levelOf(from), levelOf(to)]
  if (fromLevel < 0) return `${from} is not a room: add it to scripts/import-rules.ts`
  const pure = ENGINE_PURE[from]
  const name = target.slice(ENGINE.length + 1)
  if (pure && !pure.includes(to) && !pure.includes(name)) return `${from} is pure and must not import ${name}`
  if (toLevel < fromLevel) return null
  if (toLevel === fromLevel && (name === `${to}/${to}.ts` || ENGINE_CONTRACTS.includes(name))) return null
  return `${from} must not import ${to}: imports go down only (of a neighbour, its contract ${to}/${to}.ts)`
}

function levelOf(room: string): number {
  return ENGINE_LEVELS.findIndex(level => level.includes(room))
}

/** Folder, or name of a file that lies beside the folders. */
function roomOf(file: string): string {
  return file.slice(ENGINE.length + 1).split('/')[0]!
}

function workspaceOf(file: string): string {
  return Object.keys(WORKSPACES).find(name => file.startsWith(`${name}/`)) ?? ''
}

/** All file names in a value of `imports` or `exports`, whatever the conditions. */
function leavesOf(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry]
  return entry && typeof entry === 'object' ? Object.values(entry).flatMap(leavesOf) : []
}

/** One cycle for each group of modules that import each other, beginning with its first module in the order of `edges`. */
function cyclesIn(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const state = new Map<string, 'open' | 'done'>()
  const path: string[] = []
  const cycles: string[][] = []
  const visit = (file: string) => {
    state.set(file, 'open')
    path.push(file)
    for (const target of edges.get(file) ?? []) {
      if (state.get(target) === 'open') cycles.push([...path.slice(path.indexOf(target)), target])
      else if (!state.has(target)) visit(target)
    }
    path.pop()
    state.set(file, 'done')
  }
  for (const file of edges.keys()) if (!state.has(file)) visit(file)
  return cycles
}
