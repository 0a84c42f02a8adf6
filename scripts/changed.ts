/**
 * Finds the tests that a change can affect, from the references between files: imports, started
 * programs and workers, files that are read by name. If in doubt, it includes a test.
 */
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { findExports, findImports, listPaths, type Manifest, type SourceTree } from './imports.ts'
import { ROOT, run } from './run.ts'

const TEST = /\.test\.tsx?$/
const CODE = /\.(?:[cm]?[jt]sx?|css|html)$/
/** Files whose changes can affect everything. */
const AFFECTS_ALL =
  /(?:^|\/)package(?:-lock)?\.json$|^(?:\.npmrc|tsconfig\.json|vitest\.config\.ts|scripts\/install\.mjs)$|^packages\/testing\//
/** Names of the main branch, the most authoritative one first. */
const MAIN_BRANCHES = ['origin/main', 'main']
/** The only kind of glob in use: files with one extension. */
const GLOB = /\*\.\w+$/
const LITERAL = /(['"`])([\w@#./*-]+)\1/g

/**
 * Returns the test files that the changes since the merge base with the main branch (or since HEAD,
 * if there is none) can affect.
 */
export async function changedTests(): Promise<string[]> {
  const tracked = await git('ls-files', '--cached', '--others', '--exclude-standard')
  return affectedTests(await changedFiles(), readTree(tracked))
}

/** Returns the tests in the tree that a change of the given files can affect. */
export function affectedTests(changed: readonly string[], tree: SourceTree): string[] {
  const tests = [...tree.files.keys()].filter(file => TEST.test(file))
  if (changed.some(file => AFFECTS_ALL.test(file))) return tests
  const referrers = findReferrers(tree)
  const affected = new Set<string>()
  const queue = [...changed]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (affected.has(file)) continue
    affected.add(file)
    if (TEST.test(file)) continue
    // A file without references can still be found, for example by listing its folder.
    queue.push(...(referrers.get(file) ?? nearestTests(file, tests)))
  }
  return tests.filter(test => affected.has(test))
}

/** Returns for every file the files that refer to it. */
function findReferrers(tree: SourceTree): Map<string, string[]> {
  const folders = groupByFolder(tree.files.keys())
  const referrers = new Map<string, string[]>()
  for (const [file, source] of tree.files) {
    if (!CODE.test(file) || AFFECTS_ALL.test(file)) continue
    for (const target of new Set(findReferences(file, source, tree, folders))) {
      const known = referrers.get(target)
      if (known) known.push(file)
      else referrers.set(target, [file])
    }
  }
  return referrers
}

function findReferences(
  file: string,
  source: string,
  tree: SourceTree,
  folders: ReadonlyMap<string, readonly string[]>,
): string[] {
  const folder = posix.dirname(file)
  const found = findImports(source).flatMap(({ specifier }) => resolve(tree, file, specifier))
  const readsFiles = source.includes('import.meta.')
  for (const [, , text] of source.matchAll(LITERAL)) {
    const paths = text!.includes('/') ? [posix.normalize(text!)] : []
    if (readsFiles) paths.push(posix.join(folder, text!))
    for (const path of paths) {
      if (path.includes('*')) found.push(...(GLOB.test(path) ? matching(path, tree) : []))
      else if (tree.files.has(path)) found.push(path)
      else if (!file.startsWith(`${path}/`)) found.push(...(folders.get(path) ?? []))
    }
  }
  return found.filter(target => target !== file)
}

function matching(pattern: string, tree: SourceTree): string[] {
  return [...tree.files.keys()].filter(path => posix.matchesGlob(path, pattern))
}

/** Returns the files that an import can load, such as both files of a platform pair. */
function resolve(tree: SourceTree, file: string, specifier: string): string[] {
  if (specifier.startsWith('.')) return [posix.join(posix.dirname(file), specifier.replace(/\?.*$/, ''))]
  const isOwn = specifier.startsWith('#')
  for (const [workspace, manifest] of tree.manifests) {
    const isHere = isOwn
      ? workspace !== '' && file.startsWith(`${workspace}/`)
      : manifest.name !== undefined && `${specifier}/`.startsWith(`${manifest.name}/`)
    if (!isHere) continue
    const paths = isOwn
      ? listPaths(manifest.imports?.[specifier])
      : findExports(manifest.exports ?? {}, `.${specifier.slice(manifest.name!.length)}`)
    return paths.map(path => posix.join(workspace, path))
  }
  return []
}

/** Returns the tests in the nearest folder above the file that contains any. */
function nearestTests(file: string, tests: readonly string[]): string[] {
  for (let folder = posix.dirname(file); folder !== '.'; folder = posix.dirname(folder)) {
    const below = tests.filter(test => test.startsWith(`${folder}/`))
    if (below.length > 0) return below
  }
  return [...tests]
}

/** Returns the files in each folder, at any depth. */
function groupByFolder(files: Iterable<string>): Map<string, string[]> {
  const folders = new Map<string, string[]>()
  for (const file of files)
    for (let folder = posix.dirname(file); folder !== '.'; folder = posix.dirname(folder)) {
      const below = folders.get(folder)
      if (below) below.push(file)
      else folders.set(folder, [file])
    }
  return folders
}

function readTree(paths: readonly string[]): SourceTree {
  const files = new Map<string, string>()
  const manifests = new Map<string, Manifest>()
  for (const path of paths) {
    let source = ''
    try {
      if (CODE.test(path) || path.endsWith('package.json')) source = readFileSync(join(ROOT, path), 'utf8')
    } catch {
      // The file was deleted, and the deletion is not committed yet.
      continue
    }
    files.set(path, source)
    if (posix.basename(path) === 'package.json')
      manifests.set(path === 'package.json' ? '' : posix.dirname(path), JSON.parse(source) as Manifest)
  }
  return { files, manifests }
}

async function changedFiles(): Promise<string[]> {
  const base = await mergeBase()
  const [changed, added] = await Promise.all([
    git('diff', '--name-only', '--no-renames', base),
    git('ls-files', '--others', '--exclude-standard'),
  ])
  return [...changed, ...added]
}

async function mergeBase(): Promise<string> {
  for (const branch of MAIN_BRANCHES) {
    const { code, output } = await run('git', ['merge-base', 'HEAD', branch], { quiet: true })
    if (code === 0) return output.trim()
  }
  return 'HEAD'
}

async function git(...args: string[]): Promise<string[]> {
  const { code, output } = await run('git', args, { quiet: true })
  if (code !== 0) throw new Error(`git ${args[0]} failed: ${output}`)
  return output.split('\n').filter(line => line !== '')
}
