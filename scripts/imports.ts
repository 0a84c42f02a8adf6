/**
 * Checks every import against the rules of `import-rules.ts`: floors, platform, declared
 * dependencies, no cycles.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import {
  ACCESS_INTERNALS,
  CAPABILITIES,
  ENGINE,
  ENGINE_PURE,
  FLOORS,
  type Floors,
  FOR_TESTS,
  OMITTED,
  placeOf,
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
}

/** The members of a package.json that concern imports. */
export interface Manifest {
  readonly name?: string
  readonly exports?: Record<string, unknown>
  readonly imports?: Record<string, unknown>
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
}

/** Files by path from the root, and manifests by folder from the root (`''` for the root). */
export interface SourceTree {
  readonly files: ReadonlyMap<string, string>
  readonly manifests: ReadonlyMap<string, Manifest>
}

const STATEMENT = /^(?:import|export)\b(?:[^'";]*?\bfrom)?\s*(['"])([^'"\n]+)\1/gm
const DYNAMIC = /\bimport\(\s*(['"])([^'"\n]+)\1\s*\)/g
const WORKER = /\bnew URL\(\s*(['"])(\.[^'"\n]+\.tsx?)\1,\s*import\.meta\.url/g
const COMMENT_LINE = /^\s*(?:\/\/|\/\*|\*)/

/**
 * Returns every import of a module, including types: statements at the start of a line (where the
 * formatter puts them), dynamic imports, workers.
 */
export function findImports(source: string): Import[] {
  const found: Import[] = []
  for (const pattern of [STATEMENT, DYNAMIC, WORKER])
    for (const match of source.matchAll(pattern)) {
      const line = source.slice(0, match.index).split('\n').length
      const before = source.slice(source.lastIndexOf('\n', match.index - 1) + 1, match.index)
      const isText = COMMENT_LINE.test(before) || (before.match(/['"`]/g)?.length ?? 0) % 2 === 1
      if (!isText) found.push({ specifier: match[2]!, line })
    }
  return found.sort((a, b) => a.line - b.line)
}

/** Returns all violations in the tree. */
export function findViolations(tree: SourceTree): Violation[] {
  const violations: Violation[] = []
  const edges: Edge[] = []
  for (const [file, source] of tree.files) {
    const place = placeOf(file)
    if (place === null) {
      violations.push({ file, line: 1, message: 'this is none of the parts of a capability (PARTS)' })
      continue
    }
    for (const { specifier, line } of findImports(source)) {
      const message = check(tree, file, specifier, target => {
        if (tree.files.has(target) && !isTestFile(file))
          edges.push({ file: place, line, target: placeOf(target) ?? target })
      })
      if (message) violations.push({ file, line, message })
    }
  }
  return [...violations, ...findCycleViolations(edges)]
}

/** Checks the files of the checkout. */
export async function checkImports(): Promise<Violation[]> {
  const files = new Map<string, string>()
  const manifests = new Map<string, Manifest>([['', manifestAt('')]])
  const unknown = globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: ROOT })
    .map(manifest => posix.dirname(manifest.replaceAll('\\', '/')))
    .filter(workspace => !(workspace in WORKSPACES))
  for (const workspace of Object.keys(WORKSPACES)) {
    if (!existsSync(posix.join(ROOT, workspace))) continue
    if (existsSync(posix.join(ROOT, workspace, 'package.json')))
      manifests.set(workspace, manifestAt(workspace))
    for (const found of globSync(`${workspace}/**/*.{ts,tsx}`, { cwd: ROOT, exclude: ['**/node_modules'] })) {
      const file = found.replaceAll('\\', '/')
      files.set(file, readFileSync(posix.join(ROOT, file), 'utf8'))
    }
  }
  return [
    ...unknown.map(workspace => ({
      file: `${workspace}/package.json`,
      line: 1,
      message: 'add this workspace to WORKSPACES in scripts/import-rules.ts',
    })),
    ...findViolations({ files, manifests }),
  ]
}

function manifestAt(folder: string): Manifest {
  return JSON.parse(readFileSync(posix.join(ROOT, folder, 'package.json'), 'utf8')) as Manifest
}

/**
 * Returns what is wrong with one import, or null. Calls `found` with each file of the tree that the
 * specifier resolves to.
 */
function check(
  tree: SourceTree,
  file: string,
  specifier: string,
  found: (target: string) => void,
): string | null {
  const workspace = findWorkspace(file)
  const isTest = isTestFile(file)
  if (specifier.startsWith('#')) return checkPlatformPair(tree, file, specifier, found)
  if (isBuiltin(specifier)) return checkBuiltin(file, specifier, isTest)
  if (!specifier.startsWith('.')) return checkPackage(tree, file, specifier, isTest, found)

  const target = posix.join(posix.dirname(file), specifier)
  if (!tree.files.has(target)) {
    if (existsSync(posix.join(ROOT, target))) return null
    return `${specifier} does not exist (imports name the file with its .ts)`
  }
  if (target === OMITTED && !isTest) return `${specifier} is for # imports only`
  found(target)
  const other = findWorkspace(target)
  if (other !== workspace) {
    if (!ACCESS_INTERNALS.includes(workspace)) return `${other} is another package: import it by its name`
    return allowedWorkspace(workspace, other)
  }
  return isTest ? null : checkPlaces(file, target)
}

/** Checks an import by the places of both files: between workspaces, or between floors of one. */
function checkPlaces(file: string, target: string): string | null {
  const [from, to] = [placeOf(file) ?? file, placeOf(target) ?? target]
  const [workspace, other] = [findWorkspace(from), findWorkspace(to)]
  return workspace === other ? checkFloors(from, to) : allowedWorkspace(workspace, other)
}

/** Checks an import of `#name`, which resolves to a pair of files, one for each platform. */
function checkPlatformPair(
  tree: SourceTree,
  file: string,
  specifier: string,
  found: (target: string) => void,
): string | null {
  const workspace = findWorkspace(file)
  const entry = tree.manifests.get(workspace)?.imports?.[specifier]
  if (entry === undefined) return `${specifier} is not among the imports of ${workspace}/package.json`
  for (const relative of listPaths(entry)) {
    const target = posix.join(workspace, relative)
    if (!tree.files.has(target)) return `${specifier} resolves to ${target}, which does not exist`
    if (target === OMITTED) continue
    found(target)
    const message = TEST_FILE.test(file) ? null : checkFloors(file, target)
    if (message) return message
  }
  return null
}

function checkBuiltin(file: string, specifier: string, isTest: boolean): string | null {
  if (!specifier.startsWith('node:')) return `write node:${specifier}`
  if (isTest || !file.startsWith(`${ENGINE}/`)) return null
  const folder = childContaining(ENGINE, file)
  if (folder !== 'base' && folder in ENGINE_PURE) return `${folder} is pure: it does no input or output`
  if (/\.node\.ts$/.test(file)) return null
  return `the engine also runs in browsers: import ${specifier} in a file named *.node.ts behind a # import`
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
  const workspace = findWorkspace(file)
  const own = tree.manifests.get(workspace) ?? {}
  const root = tree.manifests.get('') ?? {}
  const declared = { ...own.dependencies, ...own.optionalDependencies, ...own.peerDependencies }
  const development = { ...own.devDependencies, ...root.devDependencies }
  const ofCapabilities = name === tree.manifests.get(CAPABILITIES)?.name
  const mayDevelop =
    isTest || ACCESS_INTERNALS.includes(workspace) || posix.basename(file).includes('.config.')
  if (!ofCapabilities && !(name in declared) && !(mayDevelop && name in development) && name !== own.name) {
    return name in development
      ? `${name} is for development: only tests import it`
      : `${name} is not a dependency in ${workspace}/package.json`
  }
  const other = [...tree.manifests].find(([, manifest]) => manifest.name === name)?.[0]
  if (other === undefined || other === workspace) return null
  const targets = findExports(
    tree.manifests.get(other)?.exports ?? {},
    `.${specifier.slice(name.length)}`,
  ).map(relative => posix.join(other, relative))
  for (const target of targets) found(target)
  if (isTest && other === FOR_TESTS) return null
  if (workspace !== CAPABILITIES && !ofCapabilities) return allowedWorkspace(workspace, other)
  const missing = targets.find(target => !tree.files.has(target) && !existsSync(posix.join(ROOT, target)))
  if (missing !== undefined) return `${specifier} resolves to ${missing}, which does not exist`
  if (isTest || ACCESS_INTERNALS.includes(workspace)) return null
  return targets.map(target => checkPlaces(file, target)).find(message => message !== null) ?? null
}

/** Returns the files that a path of `exports` names, which can be a pattern: `./*`. */
export function findExports(exports: Readonly<Record<string, unknown>>, path: string): string[] {
  if (path in exports) return listPaths(exports[path])
  // The longest pattern is the one that Node uses.
  const [pattern] = Object.keys(exports)
    .filter(key => key.endsWith('*') && path.startsWith(key.slice(0, -1)))
    .sort((a, b) => b.length - a.length)
  if (pattern === undefined) return []
  return listPaths(exports[pattern]).map(each => each.replace('*', path.slice(pattern.length - 1)))
}

/** Returns whether a file is a test or a test helper, also by the place of a capability's part. */
function isTestFile(file: string): boolean {
  return TEST_FILE.test(file) || TEST_FILE.test(placeOf(file) ?? '')
}

function allowedWorkspace(from: string, to: string): string | null {
  const allowed = WORKSPACES[from] ?? []
  const isAllowed = allowed.some(
    name => name === to || (name.endsWith('/*') && to.startsWith(name.slice(0, -1))),
  )
  return isAllowed ? null : `${from} must not import ${to}`
}

/** Checks an import against the order of every folder that contains both files. */
function checkFloors(file: string, target: string): string | null {
  for (const [folder, { floors, contracts = [] }] of Object.entries(FLOORS)) {
    if (!file.startsWith(`${folder}/`) || !target.startsWith(`${folder}/`)) continue
    const [from, to] = [childContaining(folder, file), childContaining(folder, target)]
    if (from === to) continue
    const [fromFloor, toFloor] = [floorIndex(floors, from), floorIndex(floors, to)]
    if (fromFloor < 0) return `${folder}/${from} has no floor: add it to scripts/import-rules.ts`
    const path = target.slice(folder.length + 1)
    const isContract = contracts.includes(path) || contracts.includes(`*${path.slice(to.length)}`)
    if (toFloor > fromFloor || (toFloor === fromFloor && !isContract))
      return `${from} must not import ${path}: imports go down only (see scripts/import-rules.ts)`
  }
  return checkPure(file, target)
}

function floorIndex(floors: Floors['floors'], name: string): number {
  const named = floors.findIndex(floor => floor.includes(name))
  return named >= 0 ? named : floors.findIndex(floor => floor.includes('*'))
}

function checkPure(file: string, target: string): string | null {
  if (!file.startsWith(`${ENGINE}/`)) return null
  const [from, to] = [childContaining(ENGINE, file), childContaining(ENGINE, target)]
  const allowed = ENGINE_PURE[from]
  const path = target.slice(ENGINE.length + 1)
  if (from === to || !allowed || allowed.includes(to) || allowed.includes(path)) return null
  return `${from} is pure and must not import ${path}`
}

/** Returns the file or folder directly in `folder` that contains `file`. */
function childContaining(folder: string, file: string): string {
  return file.slice(folder.length + 1).split('/', 1)[0]!
}

function findWorkspace(file: string): string {
  return Object.keys(WORKSPACES).find(name => file.startsWith(`${name}/`)) ?? ''
}

/** Returns all file names in a value of `imports` or `exports`, for any condition. */
export function listPaths(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry]
  return entry && typeof entry === 'object' ? Object.values(entry).flatMap(listPaths) : []
}

/**
 * Returns one violation for each group of files and folders in the same folder that import each
 * other. Two folders also form a cycle if different files import each other.
 */
function findCycleViolations(edges: readonly Edge[]): Violation[] {
  const graphs = new Map<string, Map<string, Map<string, Edge>>>()
  for (const edge of edges) {
    const [from, to] = [edge.file.split('/'), edge.target.split('/')]
    const depth = from.findIndex((name, index) => name !== to[index])
    if (depth < 0) continue
    const graph = entry(graphs, from.slice(0, depth).join('/'))
    const targets = entry(graph, from[depth]!)
    if (!targets.has(to[depth]!)) targets.set(to[depth]!, edge)
  }
  return [...graphs].flatMap(([folder, graph]) =>
    findCycles(graph).map(cycle => {
      const { file, line } = graph.get(cycle[0]!)!.get(cycle[1] ?? cycle[0]!)!
      return { file, line, message: `cycle in ${folder}: ${[...cycle, cycle[0]].join(' -> ')}` }
    }),
  )
}

function entry<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const value = map.get(key) ?? new Map<string, V>()
  map.set(key, value)
  return value
}

/**
 * Returns one cycle for each group of names that reach each other, found by a depth-first search in
 * the order of `graph`.
 */
function findCycles(graph: ReadonlyMap<string, ReadonlyMap<string, unknown>>): string[][] {
  const state = new Map<string, 'open' | 'done'>()
  const path: string[] = []
  const cycles: string[][] = []
  const visit = (name: string) => {
    state.set(name, 'open')
    path.push(name)
    for (const target of graph.get(name)?.keys() ?? []) {
      if (state.get(target) === 'open') cycles.push(path.slice(path.indexOf(target)))
      else if (!state.has(target)) visit(target)
    }
    path.pop()
    state.set(name, 'done')
  }
  for (const name of graph.keys()) if (!state.has(name)) visit(name)
  return cycles
}

interface Edge {
  readonly file: string
  readonly line: number
  readonly target: string
}
