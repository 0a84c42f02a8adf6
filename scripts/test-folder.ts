import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './run.ts'

export interface TestFolder extends AsyncDisposable {
  readonly path: string
}

export interface TestFolderOptions {
  /** Options of the project `x`, as source. Default: none. */
  readonly options?: string
  /** Its plugins, as source. Default: none. */
  readonly plugins?: string
  /** Statements before the configuration. Default: none. */
  readonly imports?: string
  /** Returns the lines that each file starts with. */
  readonly head: (name: string) => string
}

/**
 * A folder with test files, by name, and a Vitest configuration with the project `x`. It is inside
 * the checkout, where tests find Vitest.
 */
export async function testFolder(
  files: Readonly<Record<string, string>>,
  { options = '', plugins = '', imports = '', head }: TestFolderOptions,
): Promise<TestFolder> {
  await mkdir(join(ROOT, '.cache'), { recursive: true })
  const path = await mkdtemp(join(ROOT, '.cache/tests-'))
  const project = `{ plugins: [${plugins}], test: { name: 'x', include: ['*.test.ts'], ${options} } }`
  const config = `${imports}\nexport default { test: { projects: [${project}] } }`
  await writeFile(join(path, 'vitest.config.ts'), config)
  for (const [name, body] of Object.entries(files))
    await writeFile(join(path, `${name}.test.ts`), head(name) + body)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
