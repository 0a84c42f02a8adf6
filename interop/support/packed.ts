/** The public packages, packed from a copy of their folders: packing changes a folder for some seconds, while other tests run from it. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Runs npm in a folder, with our own Node. */
export async function npm(
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const self = process.env.npm_execpath
  const [program, ...before] = self ? [process.execPath, self] : ['npm']
  const { stdout } = await run(program!, [...before, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    maxBuffer: 64 << 20,
  })
  return stdout
}

export async function publicPackages(): Promise<readonly string[]> {
  const folders = await readdir(join(ROOT, 'packages'))
  const manifests = await Promise.all(
    folders.map(async folder => {
      const text = await readFile(join(ROOT, 'packages', folder, 'package.json'), 'utf8')
      return { folder, ...(JSON.parse(text) as { private?: boolean }) }
    }),
  )
  return manifests.filter(manifest => !manifest.private).map(({ folder }) => folder)
}

/** Packs these packages. Returns the paths of the tarballs. */
export async function packPackages(folders: readonly string[], place: string): Promise<string[]> {
  const tree = join(place, 'tree')
  await copyTree(tree)
  const workspaces = folders.map(folder => `--workspace=packages/${folder}`)
  await npm(tree, ['pack', '--loglevel=error', `--pack-destination=${place}`, ...workspaces])
  const names = await readdir(place)
  return names.filter(name => name.endsWith('.tgz')).map(name => join(place, name))
}

/** The files that packing needs, with links to the installed packages. */
async function copyTree(tree: string): Promise<void> {
  await mkdir(join(tree, 'node_modules/@shoal'), { recursive: true })
  for (const name of ['packages', 'capabilities', 'scripts', 'tsconfig.json', 'LICENSE', 'package.json'])
    await cp(join(ROOT, name), join(tree, name), {
      recursive: true,
      filter: path => !/[\\/](node_modules|dist)$/.test(path),
    })
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (name !== '@shoal') await symlink(join(ROOT, 'node_modules', name), join(tree, 'node_modules', name))
  await symlink(join(tree, 'capabilities'), join(tree, 'node_modules/@shoal/capabilities'))
  for (const name of await readdir(join(tree, 'packages'))) {
    await symlink(join(tree, 'packages', name), join(tree, 'node_modules/@shoal', name))
    const own = join(ROOT, 'packages', name, 'node_modules')
    await symlink(own, join(tree, 'packages', name, 'node_modules'))
  }
}
