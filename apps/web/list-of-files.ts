import type { Plugin } from 'vite'

/** `build.json`: the files that the service worker keeps at hand. */
export const listOfFiles: Plugin = {
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
