import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** The folder of the checkout. */
export const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * Copies the files that Git tracks or would track, so that a test can change or pack them while
 * other tests run from the checkout. Installed packages become links; those of the checkout link to
 * the copy. `paths` limits the copy to these files and folders of the checkout.
 */
export async function copyCheckout(target: string, paths: readonly string[] = []): Promise<void> {
  const options = { cwd: CHECKOUT, maxBuffer: 1 << 26 }
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...paths]
  const { stdout } = await exec('git', list, options)
  const files = stdout.split('\n').filter(line => line !== '')
  const folders = new Set(files.map(file => dirname(join(target, file))))
  await Promise.all([...folders].map(folder => mkdir(folder, { recursive: true })))
  for (const file of files) await cp(join(CHECKOUT, file), join(target, file)).catch(ignoreMissing)
  await linkFolder('node_modules', target, name => name !== '@shoal')
  for (const file of files) if (file.endsWith('/package.json')) await linkWorkspace(dirname(file), target)
}

/** Links a workspace of the copy as an installed package, and the packages that only it uses. */
async function linkWorkspace(workspace: string, target: string): Promise<void> {
  const manifest = await readFile(join(target, workspace, 'package.json'), 'utf8').catch(ignoreMissing)
  if (manifest === undefined) return
  const { name = '' } = JSON.parse(manifest) as { name?: string }
  if (name.startsWith('@shoal/')) {
    await mkdir(join(target, 'node_modules/@shoal'), { recursive: true })
    await symlink(join(target, workspace), join(target, 'node_modules', name))
  }
  const own = join(workspace, 'node_modules')
  if (await readdir(join(CHECKOUT, own)).catch(ignoreMissing))
    await symlink(join(CHECKOUT, own), join(target, own))
}

/** Links the entries of a folder of the checkout into the same folder of the copy. */
async function linkFolder(
  folder: string,
  target: string,
  isLinked: (name: string) => boolean,
): Promise<void> {
  await mkdir(join(target, folder), { recursive: true })
  for (const name of await readdir(join(CHECKOUT, folder)))
    if (isLinked(name)) await symlink(join(CHECKOUT, folder, name), join(target, folder, name))
}

/** Ignores that a file is missing, such as one that was deleted but not committed. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
