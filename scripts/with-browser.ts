import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path/posix'
import { findImports } from './imports.ts'
import { ROOT } from './run.ts'

/** The packages that drive browsers. */
const DRIVERS = ['playwright-core', 'puppeteer-core']

/** For each file that was looked at, whether it or one that it imports drives a browser. */
const known = new Map<string, boolean>()

/** The test files of `interop` that start browsers, by what they import there. Paths from the root. */
export const WITH_BROWSER: string[] = globSync('interop/**/*.test.ts', { cwd: ROOT })
  .map(file => file.replaceAll('\\', '/'))
  .filter(drives)
  .sort()

function drives(file: string): boolean {
  const drivesOne = ({ specifier }: { specifier: string }) => {
    const path = join(file, '..', specifier)
    return (
      DRIVERS.includes(specifier) ||
      (specifier.startsWith('.') && path.startsWith('interop/') && drives(path))
    )
  }
  // A missing file is reported where it is imported.
  if (!existsSync(join(ROOT, file))) return false
  if (!known.has(file)) known.set(file, findImports(readFileSync(join(ROOT, file), 'utf8')).some(drivesOne))
  return known.get(file)!
}
