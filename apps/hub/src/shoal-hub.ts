#!/usr/bin/env node
/** The program: `shoal-hub --help`. */
import { enableCompileCache } from 'node:module'
import { keepYoungGenerationSmall } from './heap.ts'

enableCompileCache()
keepYoungGenerationSmall()
const { main } = await import('./main.ts')
await main(process.argv.slice(2))
