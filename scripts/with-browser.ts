import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path/posix'
import { CAPABILITIES } from './import-rules.ts'
import { findImports } from './imports.ts'
import { ROOT } from './run.ts'

/** The packages that drive browsers. */
const DRIVERS = ['playwright-core', 'puppeteer-core']

/** Whether each examined file, or a file that it imports, drives a browser. */
const known = new Map<string, boolean>()

/** The folder of tests of the complete program, and the name by which others import its helpers. */
const [FOLDER, PACKAGE] = ['interop', '@shoal/interop']

/**
 * Returns the test files of `interop` and of capabilities that start browsers, judging by what they
 * import from `interop`. Paths from the root.
 */
export const WITH_BROWSER: string[] = globSync(`{${FOLDER},${CAPABILITIES}}/**/*.test.ts`, { cwd: ROOT })
  .map(file => file.replaceAll('\\', '/'))
  .filter(drives)
  .sort()

function drives(file: string): boolean {
  const drivesOne = ({ specifier }: { specifier: string }) => {
    const path = specifier.startsWith('.')
      ? join(file, '..', specifier)
      : specifier.replace(`${PACKAGE}/`, `${FOLDER}/`)
    return DRIVERS.includes(specifier) || (path.startsWith(`${FOLDER}/`) && drives(path))
  }
  // A missing file is reported at its import.
  if (!existsSync(join(ROOT, file))) return false
  if (!known.has(file)) known.set(file, findImports(readFileSync(join(ROOT, file), 'utf8')).some(drivesOne))
  return known.get(file)!
}
