import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path/posix'
import { CAPABILITIES } from './import-rules.ts'
import { findImports } from './imports.ts'
import { ROOT } from './run.ts'

/** The packages that drive browsers. */
const DRIVERS = ['playwright-core', 'puppeteer-core']

/** For each file that was looked at, whether it or one that it imports drives a browser. */
const known = new Map<string, boolean>()

/** Where tests of the whole program are, and by which name others import its helpers. */
const [FOLDER, PACKAGE] = ['interop', '@shoal/interop']

/** The test files of `interop` and of capabilities that start browsers, by what they import from `interop`. Paths from the root. */
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
  // A missing file is reported where it is imported.
  if (!existsSync(join(ROOT, file))) return false
  if (!known.has(file)) known.set(file, findImports(readFileSync(join(ROOT, file), 'utf8')).some(drivesOne))
  return known.get(file)!
}
