/** For tests and measurements of code that uses a hub's stores. */
export { ALL_TABLES } from './all-tables.ts'
export {
  createServerDatabase,
  openFileStores,
  openServerStores,
  type StoreOptions,
  TestStores,
} from './stores.ts'
