/**
 * The lists of the parts of all capabilities, written by `node scripts/reference.ts`: adding a
 * capability only takes a folder and a line in capabilities/list.ts.
 */
import { existsSync, globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CAPABILITIES } from './import-rules.ts'
import { ROOT } from './run.ts'

const HEAD = '// Written by node scripts/reference.ts: see capabilities/list.ts.\n'

const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
const constant = (name: string) => name.replaceAll('-', '_').toUpperCase()
const braced = (name: string) => `{ ${name} }`

interface Part {
  readonly file: string
  /** The name of its export. */
  readonly name: (capability: string) => string
  readonly isDefault?: boolean
  /** Imports before those of the parts. */
  readonly imports?: string
  /** Whether the list re-exports everything that the parts export. */
  readonly isExported?: boolean
  /** The list, from the names of the exports. Absent: there is none. */
  readonly list?: (exports: readonly string[]) => string
}

/** Lists one part of all capabilities that have it. */
function listOf(
  names: readonly string[],
  { file, name, isDefault, isExported, imports = '', list }: Part,
): string {
  const having = names.filter(each => existsSync(join(ROOT, CAPABILITIES, each, file)))
  const lines = having.map(each => {
    const exported = isDefault ? name(each) : braced(name(each))
    return `import ${exported} from '@shoal/${CAPABILITIES}/${each}/${file}'\n`
  })
  const passed = isExported
    ? having.map(each => `export * from '@shoal/${CAPABILITIES}/${each}/${file}'\n`)
    : []
  if (!list) return `${HEAD}${imports}${passed.join('') || 'export {}\n'}`
  return `${HEAD}${imports}${[...lines, ...passed].join('')}\n${list(having.map(name))}\n`
}

const array = (exports: readonly string[], rest: string) => `[${exports.join(', ')}]${rest}`
const spread = (exports: readonly string[], rest = '') =>
  `{ ${exports.map(each => `...${each}${rest}`).join(', ')} }`

/** Lists the commands, which are named like their files. Each is loaded when it is used. */
async function commands(names: readonly string[]): Promise<string> {
  const lines: string[] = []
  for (const name of names)
    for (const file of globSync('*.ts', {
      cwd: join(ROOT, CAPABILITIES, name, 'cli'),
      exclude: ['*.test.ts'],
    }).sort()) {
      const command = basename(file, '.ts')
      const path = `@shoal/${CAPABILITIES}/${name}/cli/${file}`
      const module = (await import(path)) as Readonly<Record<string, { readonly group?: string }>>
      const found = module[camel(command)]
      // Without a group, it is a helper of commands.
      if (found?.group === undefined) continue
      const key = /^\w+$/.test(command) ? command : `'${command}'`
      const load = `async () => (await import('${path}')).${camel(command)}`
      lines.push(`  ${key}: { group: '${found.group}', load: ${load} },`)
    }
  return `${HEAD}\nexport const COMMANDS_OF_CAPABILITIES = {\n${lines.join('\n')}\n} as const\n`
}

/** Catalogs of one kind in one language. */
const catalogs = (language: string, kind: string): Part => ({
  file: `messages/${language}/${kind}.ts`,
  name: camel,
  isDefault: true,
  list: exports => `export default ${spread(exports)} as const`,
})

const PARTS: Readonly<Record<string, Part>> = {
  'packages/api/src/contracts/of-capabilities.ts': {
    ...{ file: 'contract.ts', name: constant },
    list: exports => `export const CONTRACTS_OF_CAPABILITIES = ${array(exports, ' as const')}`,
    isExported: true,
  },
  'packages/api/src/schemas/of-capabilities.ts': {
    ...{ file: 'schemas.ts', name: constant, isExported: true },
  },
  'packages/api/src/testing/node/of-capabilities.ts': {
    ...{ file: 'simulated.ts', name: camel },
    imports: "import type { SimulatedState } from './state.ts'\n",
    list: exports => {
      const state = exports.length > 0 ? 'state' : '_state'
      return `export const ofCapabilities = (${state}: SimulatedState) => (${spread(exports, '(state)')})`
    },
  },
  'apps/node/src/node/of-capabilities.ts': {
    ...{ file: 'node/capability.ts', name: constant },
    list: exports => `export const OF_CAPABILITIES = ${array(exports, ' as const')}`,
  },
  'apps/web/src/app/of-capabilities.ts': {
    ...{ file: 'web/feature.ts', name: camel },
    list: exports => `export const FEATURES_OF_CAPABILITIES = ${array(exports, ' as const')}`,
  },
  'fuzz/of-capabilities.ts': {
    ...{ file: 'fuzz.ts', name: camel },
    list: exports => `export const FUZZED_OF_CAPABILITIES = ${array(exports, ' as const')}`,
  },
  'packages/api/src/setting-texts/de/of-capabilities.ts': catalogs('de', 'settings'),
  ...Object.fromEntries(
    ['en', 'de'].flatMap(language => [
      [`packages/api/src/reason-texts/${language}/of-capabilities.ts`, catalogs(language, 'errors')],
      [`apps/node/src/cli/messages/${language}/of-capabilities.ts`, catalogs(language, 'cli')],
      [`apps/web/src/shared/messages/${language}/of-capabilities.ts`, catalogs(language, 'menu')],
    ]),
  ),
}

/** The files with lists, and the functions that write them. */
export function lists(names: readonly string[]): Readonly<Record<string, () => string | Promise<string>>> {
  const all = Object.entries(PARTS).map(([path, part]) => [path, () => listOf(names, part)] as const)
  return {
    ...Object.fromEntries(all),
    'apps/node/src/cli/commands/of-capabilities.ts': () => commands(names),
  }
}
