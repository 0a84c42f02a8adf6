import type { StoreOptions, TestStores } from './stores.ts'

/**
 * A database for a suite: initially empty, and opened as often as a test needs, as if by several
 * processes.
 */
export interface TestPlace {
  open(options?: StoreOptions): Promise<TestStores>
}
