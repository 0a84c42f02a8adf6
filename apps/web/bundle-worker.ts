import { build } from 'vite'

/** The browsers for which pages are built. */
export const TARGET = ['chrome123', 'firefox128', 'safari17.5']

/**
 * Bundles a service worker as a classic script in one file: Firefox takes no other. `define`: names
 * that are replaced by constants.
 */
export async function bundleWorker(
  entry: string,
  define: Readonly<Record<string, string>> = {},
): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    define,
    build: {
      write: false,
      target: TARGET,
      modulePreload: false,
      rolldownOptions: { input: entry, output: { format: 'iife', entryFileNames: 'sw.js' } },
    },
  })
  const [first] = [built].flat()
  const chunk = first && 'output' in first ? first.output[0] : undefined
  if (!chunk) throw new Error('the service worker was not built')
  return chunk.code
}
