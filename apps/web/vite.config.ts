import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** The node that the development server speaks to, unless the page asks for the mock (`?mock`). */
const NODE = process.env.SHOAL_URL ?? 'http://127.0.0.1:8420'
// The node refuses requests of other pages: to it these come from its own.
const toNode = { target: NODE, changeOrigin: true, headers: { origin: NODE } }

/** `build.json`: the files that the service worker keeps at hand. */
const listOfFiles: Plugin = {
  name: 'list-of-files',
  apply: 'build',
  generateBundle(_, bundle) {
    const files = Object.keys(bundle)
      .filter(name => name.startsWith('assets/'))
      .sort()
      .map(name => `/${name}`)
    this.emitFile({ type: 'asset', fileName: 'build.json', source: JSON.stringify({ files }) })
  },
}

export default defineConfig({
  plugins: [react(), listOfFiles],
  server: {
    port: 8421,
    host: '127.0.0.1',
    proxy: { '/api': { ...toNode, ws: true }, '/files': toNode, '/health': toNode },
  },
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // A page of the node may load scripts and styles from the node only: nothing is written into the HTML or into data: links.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
})
