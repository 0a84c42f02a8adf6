/** Bundles the pages of benchmarks like the application. */
export default {
  root: import.meta.dirname,
  logLevel: 'error',
  publicDir: false,
  worker: { format: 'es' },
  build: {
    emptyOutDir: true,
    target: 'chrome123',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: Object.fromEntries(
        ['shoal', 'channel', 'webtorrent', 'parts'].map(name => [name, `${import.meta.dirname}/${name}.ts`]),
      ),
      output: { entryFileNames: '[name].js' },
    },
  },
}
