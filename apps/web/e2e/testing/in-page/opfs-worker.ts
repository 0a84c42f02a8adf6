import { testOpfs } from '@shoal/torrent/testing/opfs'
import { results, runFile } from './vitest.ts'

await runFile('opfs', async () => testOpfs())
postMessage(results())
