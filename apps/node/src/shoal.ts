#!/usr/bin/env node
/** The command line: `shoal help`. Compiled code is kept between runs, so that a command answers at once. */
import { enableCompileCache } from 'node:module'
import { tuneHeap } from './base/heap.ts'
import { resolveSourcesByUrl } from './base/source-imports.ts'

enableCompileCache()
resolveSourcesByUrl()
const { main } = await import('./cli/main.ts')
tuneHeap()
await main(process.argv.slice(2))
