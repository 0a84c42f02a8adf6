#!/usr/bin/env node
/** The program: `shoal-hub --help`. */
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { main } = await import('./main.ts')
await main(process.argv.slice(2))
