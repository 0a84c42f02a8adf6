/**
 * Checks the size of classes. `CONTRIBUTING.md` asks for about 30 members; this limit leaves room
 * for judgment.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TEST_FILE } from './import-rules.ts'
import { ROOT, type RunResult } from './run.ts'

/** Maximum number of fields, accessors and methods of a class, including private ones. */
const MAX_MEMBERS = 40

/** Classes with a higher limit, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  Torrent: 'its public API alone has 42 members',
}

export interface ClassSize {
  readonly name: string
  readonly line: number
  readonly members: number
}

const CLASS = /^(?:export )?(?:default )?(?:abstract )?class (\w+)/
const MODIFIERS = '(?:(?:static|async|readonly|get|set|private|protected|override|abstract|declare) )*'
// Members are indented by two spaces; statements inside methods by more.
const MEMBER = new RegExp(`^ {2}${MODIFIERS}\\*?(#?[A-Za-z_$][\\w$]*|\\[[\\w.]+\\])\\s*(?:[(<:=?!]|$)`)

/**
 * Returns every class of a formatted source with its number of members. A getter and its setter
 * count once, the constructor does not count.
 */
export function classSizes(source: string): ClassSize[] {
  const sizes: ClassSize[] = []
  let open: { name: string; line: number; members: Set<string> } | null = null
  for (const [index, text] of source.split('\n').entries()) {
    const name = CLASS.exec(text)?.[1]
    if (name) open = { name, line: index + 1, members: new Set() }
    const member = open && MEMBER.exec(text)?.[1]
    if (member && member !== 'constructor') open?.members.add(member)
    const closes = text === '}' || (name !== undefined && text.endsWith('{}'))
    if (!open || !closes) continue
    sizes.push({ name: open.name, line: open.line, members: open.members.size })
    open = null
  }
  return sizes
}

/** Checks the classes of packages, apps and capabilities, except test helpers. */
export async function checkClasses(): Promise<RunResult> {
  const started = performance.now()
  const files = globSync('{packages,apps,capabilities}/**/*.{ts,tsx}', {
    cwd: ROOT,
    exclude: ['**/node_modules'],
  })
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => !TEST_FILE.test(file))
    .sort()
  const output = files.flatMap(file =>
    classSizes(readFileSync(join(ROOT, file), 'utf8'))
      .filter(({ name, members }) => members > MAX_MEMBERS && !EXCEPTIONS[name])
      .map(
        ({ name, line, members }) =>
          `${file}:${line}: ${name} has ${members} members, ${MAX_MEMBERS} is the limit: extract what owns part of its state\n`,
      ),
  )
  return {
    code: output.length > 0 ? 1 : 0,
    seconds: (performance.now() - started) / 1000,
    output: output.join(''),
  }
}

if (import.meta.main) {
  const { code, output } = await checkClasses()
  process.stdout.write(output)
  process.exitCode = code ?? 1
}
