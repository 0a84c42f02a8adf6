import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { listOfFiles } from '../list-of-files.ts'

/** The hub that the development server speaks to, unless the page asks for the mock (`?mock`). */
const HUB = process.env.SHOAL_HUB_URL ?? 'http://127.0.0.1:6969'
// The hub refuses requests of other pages: to it these come from its own.
const toHub = { target: HUB, changeOrigin: true, headers: { origin: HUB } }
const PUBLIC = join(import.meta.dirname, '../public')
const OF_CONSOLE = ['icon.svg', 'icon-192.png', 'icon-512.png', 'icon-maskable-512.png', 'worker.js']

/** Files that the page has in common with the console. */
const filesOfConsole: Plugin = {
  name: 'files-of-console',
  apply: 'build',
  generateBundle() {
    for (const fileName of OF_CONSOLE)
      this.emitFile({ type: 'asset', fileName, source: readFileSync(join(PUBLIC, fileName)) })
  },
}

/** The web page of a hub. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), listOfFiles, filesOfConsole],
  server: {
    port: 8422,
    host: '127.0.0.1',
    proxy: { '/api': toHub },
  },
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    // The page may load scripts and styles from the hub only: nothing is written into the HTML or
    // into data: links.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
})
