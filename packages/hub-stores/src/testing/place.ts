import type { StoreOptions, TestStores } from './stores.ts'

/** A database for a suite: empty at first, and opened as often as a test wants, as by several processes. */
export interface TestPlace {
  open(options?: StoreOptions): Promise<TestStores>
}
