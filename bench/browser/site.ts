/**
 * Serves the pages of the benchmarks on loopback, with our WebSocket tracker at `/announce` and
 * WebTorrent's build.
 */
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempDir } from '../../interop/support/files.ts'
import { installWebTorrent } from '../../interop/support/install-webtorrent.ts'
import { PageSite } from '../../interop/support/page-site.ts'
import { ROOT, run } from '../../scripts/run.ts'

export interface BenchSite extends AsyncDisposable {
  readonly announce: string
  /** Returns the URL of the page with the script `in-page/<name>.ts`. */
  url(name: 'shoal' | 'channel' | 'webtorrent' | 'parts'): string
}

export async function openSite(): Promise<BenchSite> {
  const folder = await tempDir('bench-pages')
  const config = join(import.meta.dirname, 'in-page/vite.config.ts')
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js')
  await run(process.execPath, [vite, 'build', '--config', config, '--outDir', folder.path], { quiet: true })
  const rival = join(await installWebTorrent(), 'node_modules/webtorrent/dist/webtorrent.min.js')
  await cp(rival, folder.join('webtorrent.min.js'))
  for (const name of ['shoal', 'channel', 'webtorrent', 'parts'])
    await writeFile(folder.join(`${name}.html`), renderPage(name))
  const site = await PageSite.start(folder.path)
  return {
    announce: site.announce,
    url: name => `${site.url}${name}.html`,
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await folder.remove()
    },
  }
}

function renderPage(name: string): string {
  return `<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,"><input type="file"><script type="module" src="${name}.js"></script>`
}
