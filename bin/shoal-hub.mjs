#!/usr/bin/env node
// The command `shoal-hub`, as shoal.mjs.
import { launch } from '../scripts/launch.mjs'

await launch('apps/hub/src/shoal-hub.ts')
