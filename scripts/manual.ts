/**
 * `node scripts/manual.ts`: writes the manual pages of `shoal` and `shoal-hub` into `dist/man`,
 * where package.json names them for `npm install --global`.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import manifest from '../apps/hub/package.json' with { type: 'json' }
import { ABOUT, COMMANDS, PLACES_OF_OPTIONS } from '../apps/hub/src/help.ts'
import { OPTIONS } from '../apps/hub/src/options.ts'
import { manualPage } from '../packages/options/src/index.ts'

const FOLDER = join(import.meta.dirname, '../dist/man')

/** The pages by file name. */
export async function manualPages(): Promise<Record<string, string>> {
  // In English, regardless of the user's language.
  process.env.SHOAL_LANG = 'en'
  const [{ COMMANDS: ofNode }, { shoalManual }, { texts }] = await Promise.all([
    import('../apps/node/src/cli/commands.ts'),
    import('../apps/node/src/cli/manual.ts'),
    import('../apps/node/src/cli/texts.ts'),
  ])
  const hub = { name: 'shoal-hub', summary: ABOUT, commands: COMMANDS, options: OPTIONS }
  const headings = { ...texts.man.headings, options: 'Options' }
  const about = { ...headings, usage: '[move | backup] [options]', intro: [PLACES_OF_OPTIONS] }
  return {
    'shoal.1': await shoalManual(ofNode),
    'shoal-hub.1': manualPage(hub, { version: manifest.version, texts: about }),
  }
}

if (import.meta.main) {
  await mkdir(FOLDER, { recursive: true })
  for (const [name, page] of Object.entries(await manualPages())) await writeFile(join(FOLDER, name), page)
}
