import { registerHooks } from 'node:module'

/** The sources of a workspace: all files below this folder belong to one package, and so find the same packages. */
const SOURCES = /^.*\/(?:packages|apps)\/[^/]+\/src\//

/**
 * Resolves imports of TypeScript files without asking the disk for what is known already. Node would examine each file, its real path and the
 * package.json above it: for the thousand files of a node, or of a hub, a fifth of the processor time of its start. It would also look for each
 * package again for every importer: a tenth of the start of `get`, or more on a busy machine.
 */
export function resolveSourcesByUrl(): void {
  /** By the folder of the importer and the name. */
  const packages = new Map<string, { url: string; format?: string | null | undefined }>()
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const { parentURL = '' } = context
      if (specifier.startsWith('.') && specifier.endsWith('.ts')) {
        const { href } = new URL(specifier, parentURL)
        return { url: href, format: 'module-typescript', shortCircuit: true }
      }
      if (!parentURL.endsWith('.ts') || /^(?:[./]|[a-z]+:)/.test(specifier))
        return nextResolve(specifier, context)
      const [folder] = SOURCES.exec(parentURL) ?? [new URL('.', parentURL).href]
      const key = `${folder} ${specifier}`
      const known = packages.get(key) ?? nextResolve(specifier, context)
      packages.set(key, known)
      return { url: known.url, format: known.format, shortCircuit: true }
    },
  })
}
