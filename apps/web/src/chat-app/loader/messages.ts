/** Requests of pages to the loader, each with a port for the answer. */
import type { ReleaseError, ReleaseName } from './release.ts'

export type LoaderQuestion =
  /** Returns the installed release, and deletes older ones. */
  | { readonly ask: 'installed' }
  /** Asks the server for another release. */
  | { readonly ask: 'offered' }
  /**
   * Installs the release with this id; the tabs of the app are then reloaded. Without an id,
   * installs any, if none is installed.
   */
  | { readonly ask: 'install'; readonly id?: string }

export type LoaderAnswer =
  | { readonly release: ReleaseName | null }
  | { readonly error: { readonly code: ReleaseError['code']; readonly message: string } }

/**
 * From the loader to all tabs. `{ open: '/chat/ID' }` makes one of them open the path of a
 * notification that was clicked.
 */
export const RELOAD = 'reload'
