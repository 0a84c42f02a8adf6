/** For tests and measurements of code that uses a hub's stores. */
export { ALL_TABLES } from './all-tables.ts'
export { openFileStores, openServerStores, TestStores } from './stores.ts'
