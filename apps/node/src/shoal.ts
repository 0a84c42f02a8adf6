#!/usr/bin/env node
/** The command line: `shoal help`. Compiled code is kept between runs, so that a command answers at once. */
import { enableCompileCache } from 'node:module'
import { keepYoungGenerationSmall } from './base/heap.ts'

enableCompileCache()
const { main } = await import('./cli/main.ts')
keepYoungGenerationSmall()
await main(process.argv.slice(2))
