/** The program of the thread with the chat. It loads quickly: from Node's compile cache, and without asking the disk about each file. */
import { enableCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { resolveSourcesByUrl } from '@shoal/daemon/source-imports'

enableCompileCache()
resolveSourcesByUrl()
const { serveChat } = await import('./serve-chat.ts')
serveChat(parentPort!)
