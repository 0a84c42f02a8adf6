import { registerHooks } from 'node:module'

/**
 * Resolves relative imports of TypeScript files by their URL alone. Node would examine each file, its real path and the package.json above it:
 * for the thousand files of a node, or of a hub, a fifth of the processor time of its start.
 */
export function resolveSourcesByUrl(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (!specifier.startsWith('.') || !specifier.endsWith('.ts')) return nextResolve(specifier, context)
      const { href } = new URL(specifier, context.parentURL)
      return { url: href, format: 'module-typescript', shortCircuit: true }
    },
  })
}
