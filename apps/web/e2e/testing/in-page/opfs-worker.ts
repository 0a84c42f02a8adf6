import { testBrowserJournals } from '@shoal/chat/testing/browser-journals'
import { testOpfs } from '@shoal/torrent/testing/opfs'
import { results, runFile } from './vitest.ts'

await runFile('opfs', async () => testOpfs())
await runFile('journals of the chat', async () => testBrowserJournals())
postMessage(results())
