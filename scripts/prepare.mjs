// Runs at the end of `npm install` in this folder. `npm install --global .` and `npm link` run it
// too: it then makes what the commands need everywhere, and the manual pages, which npm links to
// where `man` finds them.
import { installIfMissing, ownNode, runQuickly } from './launch.mjs'

const { npm_config_global, npm_command } = process.env
if (npm_config_global === 'true' || npm_command === 'link') {
  installIfMissing()
  runQuickly(['scripts/manual.ts'], ownNode())
}
