/**
 * Deletes the keys and the messages of this browser. A chat that is open in another window loses
 * its database, too.
 */
import { chatBrowser } from './chat-browser.ts'

/** Names of the databases of the chat's journals. See `BrowserJournals`. */
const JOURNALS = /^shoal-chat-[0-9a-f]{64}$/

export async function forgetEverything(): Promise<void> {
  await chatBrowser.forget()
  // The browser deletes a database when no window has it open any longer.
  for (const { name } of await indexedDB.databases())
    if (name && JOURNALS.test(name)) indexedDB.deleteDatabase(name)
}
