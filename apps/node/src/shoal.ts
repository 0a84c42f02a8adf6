#!/usr/bin/env node
/**
 * The command line: `shoal help`. Compiled code is cached between runs, so that commands start
 * quickly.
 */
import { enableCompileCache } from 'node:module'
import { resolveSourcesByUrl } from '@shoal/daemon/source-imports'
import { tuneHeap } from './base/heap.ts'

enableCompileCache()
resolveSourcesByUrl()
const { main } = await import('./cli/main.ts')
tuneHeap()
await main(process.argv.slice(2))
