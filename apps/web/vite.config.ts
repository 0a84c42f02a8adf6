import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { listOfFiles } from './list-of-files.ts'

/** The node that the development server speaks to, unless the page asks for the mock (`?mock`). */
const NODE = process.env.SHOAL_URL ?? 'http://127.0.0.1:8420'
// The node refuses requests of other pages: to it these come from its own.
const toNode = { target: NODE, changeOrigin: true, headers: { origin: NODE } }

export default defineConfig({
  plugins: [react(), listOfFiles],
  server: {
    port: 8421,
    host: '127.0.0.1',
    proxy: { '/api': { ...toNode, ws: true }, '/files': toNode, '/health': toNode },
  },
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // A page of the node may load scripts and styles from the node only: nothing is written into
    // the HTML or into data: links.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
})
