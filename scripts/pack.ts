/**
 * Runs before and after `npm pack` in the folder of a package: Node strips no types in
 * `node_modules`, so a package contains JavaScript, declarations and source maps. They are in
 * `dist` while npm reads the folder, and package.json then names them instead of the sources.
 * `--undo` restores package.json and deletes `dist`.
 */
import { existsSync, globSync } from 'node:fs'
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { CAPABILITIES } from './import-rules.ts'
import { commandPath, ROOT, runNode } from './run.ts'

/** The original package.json while a package is packed. npm does not include it. */
const SOURCE_MANIFEST = 'dist/package.source.json'

/** Relative modules in JavaScript and in declarations: imports, and files of workers. */
const TS_MODULE = /((?:\bfrom|\bimport|\bimport\(|\bnew URL\()\s*)(['"])(\.{1,2}\/[^'"\n]+)\.ts\2/g

/** Modules of capabilities, which are not separate packages. */
const OF_CAPABILITY = /(['"])@shoal\/capabilities\/([^'"]+)\1/g

type Target = string | { readonly [condition: string]: Target }

export interface Manifest {
  readonly name: string
  readonly exports: Record<string, Target>
  readonly imports?: Record<string, Target>
  /** The bundle for pages without a build, relative to the package. */
  readonly unpkg?: string
  readonly private?: boolean
  readonly [member: string]: unknown
}

/** The package.json of a packed package. */
export function packedManifest(source: Manifest): Manifest {
  const { devDependencies, scripts, imports, ...kept } = source
  return {
    ...kept,
    exports: mapTargets(source.exports, target => ({
      types: built(target).replace(/\.js$/, '.d.ts'),
      default: built(target),
    })),
    ...(imports && { imports: mapTargets(imports, built) }),
    files: ['dist', `!${SOURCE_MANIFEST}`],
  }
}

/** Names the JavaScript file instead of each TypeScript file that the code loads. */
export function withJavaScriptNames(code: string): string {
  return code.replace(TS_MODULE, '$1$2$3.js$2')
}

/** Imports the parts of capabilities from the package's own folder, `up` levels above. */
export function withCapabilitiesFrom(code: string, up: string): string {
  const from = up.startsWith('.') ? up : `./${up}`
  return code.replaceAll(OF_CAPABILITY, `$1${from}/${CAPABILITIES}/$2$1`)
}

function mapTargets<To extends Target>(
  from: Record<string, Target>,
  map: (target: string) => To,
): Record<string, Target> {
  const each = (target: Target): Target =>
    typeof target === 'string' ? map(target) : mapTargets(target, map)
  return Object.fromEntries(Object.entries(from).map(([name, target]) => [name, each(target)]))
}

function built(source: string): string {
  return source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '.js')
}

function leaves(target: Target): string[] {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(leaves)
}

async function pack(folder: string): Promise<void> {
  await undo(folder)
  const text = await readFile(join(folder, 'package.json'), 'utf8')
  const manifest = JSON.parse(text) as Manifest
  await mkdir(join(ROOT, '.cache'), { recursive: true })
  const work = await mkdtemp(join(ROOT, '.cache/pack-'))
  try {
    await compile(folder, manifest, work)
    const dist = join(folder, 'dist')
    await cp(join(work, 'out', relative(ROOT, folder), 'src'), dist, { recursive: true })
    await addCapabilities(dist, join(work, 'out', CAPABILITIES))
    await useJavaScriptNames(dist)
    await cp(join(ROOT, 'LICENSE'), join(folder, 'dist/LICENSE'))
    await writeFile(join(folder, SOURCE_MANIFEST), text)
    await writeFile(join(work, 'package.json'), `${JSON.stringify(packedManifest(manifest), null, 2)}\n`)
    // A node that runs from this folder finds either the sources or their build output.
    await rename(join(work, 'package.json'), join(folder, 'package.json'))
    if (manifest.unpkg) await bundle(folder, manifest.unpkg)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * Compiles the modules that others can load and their imports. Other packages are compiled for
 * their types only.
 */
async function compile(folder: string, { exports, imports = {} }: Manifest, work: string): Promise<void> {
  const sources = await readdir(join(folder, 'src'), { recursive: true })
  const config = {
    extends: join(ROOT, 'scripts/tsconfig.pack.json'),
    compilerOptions: { outDir: join(work, 'out') },
    files: [
      ...[...leaves(exports), ...leaves(imports)].flatMap(target => filesOf(folder, target)),
      // As parts of another package, they would not be compiled.
      ...(await partsOfCapabilities(join(folder, 'src'), sources)),
      ...sources
        .filter(name => /-worker\.(node|browser)\.ts$/.test(name))
        .map(name => join(folder, 'src', name)),
    ],
  }
  await writeFile(join(work, 'tsconfig.json'), JSON.stringify(config))
  await mustRun([commandPath('typescript', 'tsc'), '-p', join(work, 'tsconfig.json')])
}

/** Returns the files of a target, which may have a `*` for the name of a file. */
function filesOf(folder: string, target: string): string[] {
  const files = target.includes('*') ? globSync(target, { cwd: folder }) : [target]
  return files.filter(file => !file.endsWith('.test.ts')).map(file => join(folder, file))
}

/** The files of capabilities that the sources of a package import. */
async function partsOfCapabilities(folder: string, sources: readonly string[]): Promise<string[]> {
  const lists = sources.filter(name => basename(name) === 'of-capabilities.ts')
  const texts = await Promise.all(lists.map(name => readFile(join(folder, name), 'utf8')))
  return texts.flatMap(text =>
    [...text.matchAll(OF_CAPABILITY)].map(([, , path]) => join(ROOT, CAPABILITIES, path!)),
  )
}

/**
 * Copies the parts of capabilities that a package lists, and imports them from there. They import
 * the package by its own name.
 */
async function addCapabilities(dist: string, compiled: string): Promise<void> {
  if (!existsSync(compiled)) return
  for (const file of await builtFiles(dist)) {
    const up = relative(dirname(file), dist).replaceAll('\\', '/') || '.'
    await writeFile(file, withCapabilitiesFrom(await readFile(file, 'utf8'), up))
  }
  await cp(compiled, join(dist, CAPABILITIES), { recursive: true })
}

async function useJavaScriptNames(folder: string): Promise<void> {
  for (const path of await builtFiles(folder))
    await writeFile(path, withJavaScriptNames(await readFile(path, 'utf8')))
}

/** Emits the code and declarations of a folder. */
async function builtFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile() && /\.(js|d\.ts)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
}

/** Builds one file for `<script type="module">`, and the licenses of the packages in it. */
async function bundle(folder: string, file: string): Promise<void> {
  const path = join(folder, file)
  const options = ['--format', 'esm', '--platform', 'browser', '--minify', '--sourcemap']
  const banner = ['--post-banner', '/*! Licenses: see the file LICENSE */']
  const input = ['--input', join(folder, 'dist/index.js'), '--file', path, '--no-codeSplitting']
  await mustRun([commandPath('rolldown'), ...input, ...options, ...banner])
  const { sources } = JSON.parse(await readFile(`${path}.map`, 'utf8')) as { sources: string[] }
  const names = sources.flatMap(source => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [])
  for (const name of [...new Set(names)].sort()) {
    const license = await readFile(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8')
    await appendFile(join(folder, 'dist/LICENSE'), `\n${basename(file)} contains ${name}:\n\n${license}`)
  }
}

async function mustRun(args: readonly string[]): Promise<void> {
  const { code, output } = await runNode(args, { quiet: true })
  if (code !== 0) throw new Error(output)
}

async function undo(folder: string): Promise<void> {
  await rename(join(folder, SOURCE_MANIFEST), join(folder, 'package.json')).catch(() => {})
  await rm(join(folder, 'dist'), { recursive: true, force: true })
}

if (import.meta.main) {
  const folder = process.cwd()
  if (!folder.startsWith(join(ROOT, 'packages') + sep))
    throw new Error(`${folder} is not a package of ${ROOT}`)
  await (process.argv.includes('--undo') ? undo(folder) : pack(folder))
}
