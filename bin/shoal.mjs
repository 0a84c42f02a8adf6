#!/usr/bin/env node
// The command `shoal` of a clone that `npm install --global .` or `npm link` has made known everywhere.
import { launch } from '../scripts/launch.mjs'

// As `npm start` does.
const first = process.argv[2] === 'start' ? ['apps/web/scripts/build-console.ts'] : []
await launch('apps/node/src/shoal.ts', first)
