#!/usr/bin/env node
/** The program: `shoal-hub --help`. */
import { enableCompileCache } from 'node:module'
import { resolveSourcesByUrl } from '@shoal/daemon/source-imports'
import { keepYoungGenerationSmall } from './heap.ts'

enableCompileCache()
resolveSourcesByUrl()
keepYoungGenerationSmall()
const { main } = await import('./main.ts')
await main(process.argv.slice(2))
