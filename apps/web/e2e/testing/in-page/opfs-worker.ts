import { testOpfs } from '@shoal/torrent/testing/opfs'
import { run } from './vitest.ts'

testOpfs()
postMessage(await run())
