/**
 * Entry point of the chat thread. It loads quickly: from Node's compile cache, without a
 * file-system lookup per module.
 */
import { enableCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { resolveSourcesByUrl } from '@shoal/daemon/source-imports'

enableCompileCache()
resolveSourcesByUrl()
const { serveChat } = await import('./serve-chat.ts')
serveChat(parentPort!)
