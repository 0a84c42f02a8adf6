/** The chat in a browser. */
export { BrowserJournals } from './browser-journals.ts'
