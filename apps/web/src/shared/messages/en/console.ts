import { actions } from './actions.ts'
import { add } from './add.ts'
import { app } from './app.ts'
import { labels } from './labels.ts'
import { list } from './list.ts'
import ofCapabilities from './of-capabilities.ts'
import { ownKey } from './own-key.ts'
import { pages } from './pages.ts'
import { reach } from './reach.ts'
import { settings } from './settings.ts'
import { torrent } from './torrent.ts'

/** The texts of the console. */
export default {
  actions,
  add,
  app,
  labels,
  list,
  ownKey,
  pages,
  reach,
  settings,
  torrent,
  ...ofCapabilities,
} as const
