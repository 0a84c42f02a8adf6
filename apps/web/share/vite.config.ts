import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { bundleWorker, TARGET } from '../bundle-worker.ts'

const PUBLIC = join(import.meta.dirname, 'public')
const WORKER = join(import.meta.dirname, '../src/features/share-page/service-worker/main.ts')
const COMMON =
  /\/src\/(shared\/(base\/(cell|clipboard|remembered)|controls\/(Button|Icon|icons|Panels|layout)|dropped\/dropped|engine\/failure|format|messages\/(errors|language|load|share-page)|media\/(kinds|media-type)|node\/context|theme)|features\/share-page\/(drops|hooks|links|own-shares|save\/write-to|services|share-file|view\/(Kept|LinkBox|view)))\b/
/** libp2p and the Shoal network, which few links need. */
const LIBP2P = /\/node_modules\/(?:@libp2p|libp2p|@noble\/curves)\/|\/packages\/network\/src\/|[?]libp2p$/
/** The recognition of Shoal peers, which pages load with the first of them. */
const RECOGNITION =
  /\/node_modules\/@noble\/(?:curves|ciphers)\/|\/src\/(?:swarm|wire)\/recognition\/|[?]recognition$/
/**
 * Modules that they have in common with the rest of the page. All of it must know the same errors.
 */
const SHARED = /\/@noble\/hashes\/|\/packages\/torrent\/src\/(?!base\/errors)/
/** Asked for anew each time: whoever serves the page changes it. */
const CONFIG = 'share.json'

/**
 * `sw.js`: the service worker, which knows the files of its build by name, and a version made of
 * what is in them.
 */
const serviceWorker: Plugin = {
  name: 'service-worker',
  apply: 'build',
  async generateBundle(_, bundle) {
    const hash = createHash('sha256')
    const files = Object.keys(bundle)
      // Without a network, libp2p is of no use.
      .filter(name => !name.startsWith('.vite') && !name.endsWith('.map') && !name.includes('page-host'))
      .sort()
    for (const name of files) hash.update(name).update(contentOf(bundle[name]!))
    const besides = readdirSync(PUBLIC).filter(name => name !== CONFIG)
    for (const name of besides) hash.update(name).update(readFileSync(join(PUBLIC, name)))
    const shell = [...files.filter(name => name !== 'index.html'), ...besides]
    const code = await bundleWorker(WORKER, {
      __SHELL__: JSON.stringify(shell),
      __VERSION__: JSON.stringify(hash.digest('hex').slice(0, 12)),
    })
    this.emitFile({ type: 'asset', fileName: 'sw.js', source: code })
  },
}

/**
 * Copies of shared modules for a part that loads later: of those that the first view has in common
 * with it, the page would load there whatever that part uses, and a chunk more.
 */
function ownCopies(name: string, part: RegExp): Plugin {
  return {
    name: `own-copies-${name}`,
    enforce: 'pre',
    async resolveId(source, importer, options) {
      if (!part.test(importer ?? '') || !/^@noble\/hashes\/|^@shoal\/torrent|^[.#]/.test(source)) return null
      const found = await this.resolve(source, importer, { ...options, skipSelf: true })
      return found && SHARED.test(found.id) ? { ...found, id: `${found.id}?${name}` } : found
    },
  }
}

function contentOf(file: { type: string; code?: string; source?: string | Uint8Array }): string | Uint8Array {
  return (file.type === 'chunk' ? file.code : file.source) ?? ''
}

/**
 * The page that a share link opens: a site of its own, which any static host can serve from any
 * folder.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), ownCopies('libp2p', LIBP2P), serviceWorker],
  worker: { format: 'es', plugins: () => [ownCopies('recognition', RECOGNITION)] },
  // The names of classes are in the scripts too, whose size has a limit.
  css: { modules: { generateScopedName: '[hash:base64:4]' } },
  build: {
    target: TARGET,
    outDir: join(import.meta.dirname, '../dist/share'),
    emptyOutDir: true,
    // The policy lets nothing in that is not a file of the site.
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // The list of what each part loads is in the first script, where names with hashes are
      // expensive: style sheets must be in it, scripts need not.
      resolveDependencies: (_, names, { hostType }) =>
        hostType === 'html' ? names : names.filter(name => !name.endsWith('.js')),
    },
    rolldownOptions: {
      // Parts that the first view and later ones share: one chunk compresses better than thirty.
      output: { codeSplitting: { groups: [{ name: 'common', test: COMMON }] } },
    },
  },
})
