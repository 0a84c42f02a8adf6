/** Loaded before the programs of tests. */
import { resolveSourcesByUrl } from '../../packages/daemon/src/source-imports.ts'

resolveSourcesByUrl()
