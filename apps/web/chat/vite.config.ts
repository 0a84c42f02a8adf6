import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { bundleWorker, TARGET } from '../bundle-worker.ts'

const LOADER = join(import.meta.dirname, '../src/chat-app/loader/main.ts')
const FILES_OF_CONSOLE = join(import.meta.dirname, '../public')
const ICONS = ['icon.svg', 'icon-192.png', 'icon-512.png', 'icon-maskable-512.png']
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
  version: string
}

/**
 * `sw.js`, the loader, and `release.json`: the hashes against which it checks all other files, as
 * they were written.
 */
function release(): Plugin {
  let folder = ''
  return {
    name: 'release',
    apply: 'build',
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir)
    },
    generateBundle() {
      for (const fileName of ICONS)
        this.emitFile({ type: 'asset', fileName, source: readFileSync(join(FILES_OF_CONSOLE, fileName)) })
    },
    async closeBundle() {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name))
        .sort()
      const hashes = files.map(file => [
        relative(folder, file).replaceAll(sep, '/'),
        createHash('sha256').update(readFileSync(file)).digest('base64url'),
      ])
      const list = { version, files: Object.fromEntries(hashes) }
      writeFileSync(join(folder, 'release.json'), `${JSON.stringify(list, null, 1)}\n`)
      writeFileSync(join(folder, 'sw.js'), await bundleWorker(LOADER))
    },
  }
}

/** The chat app: a site of its own, which any static host can serve from any folder. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), release()],
  worker: { format: 'es' },
  build: {
    target: TARGET,
    outDir: join(import.meta.dirname, '../dist/chat-app'),
    emptyOutDir: true,
    // The policy lets nothing in that is not a file of the site.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
})
