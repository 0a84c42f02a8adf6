/**
 * The public packages, packed from a copy of their folders: packing modifies a folder for some
 * seconds, while other tests run from it.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CHECKOUT, copyCheckout } from '@shoal/testing/checkout'

const run = promisify(execFile)

const PACKING_NEEDS = ['packages', 'capabilities', 'scripts', 'tsconfig.json', 'LICENSE', 'package.json']

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
  const folders = await readdir(join(CHECKOUT, 'packages'))
  const manifests = await Promise.all(
    folders.map(async folder => {
      const text = await readFile(join(CHECKOUT, 'packages', folder, 'package.json'), 'utf8')
      return { folder, ...(JSON.parse(text) as { private?: boolean }) }
    }),
  )
  return manifests.filter(manifest => !manifest.private).map(({ folder }) => folder)
}

/** Packs these packages. Returns the paths of the tarballs. */
export async function packPackages(folders: readonly string[], place: string): Promise<string[]> {
  const tree = join(place, 'tree')
  await copyCheckout(tree, PACKING_NEEDS)
  const workspaces = folders.map(folder => `--workspace=packages/${folder}`)
  await npm(tree, ['pack', '--loglevel=error', `--pack-destination=${place}`, ...workspaces])
  const names = await readdir(place)
  return names.filter(name => name.endsWith('.tgz')).map(name => join(place, name))
}
