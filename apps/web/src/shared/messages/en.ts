import { actions } from './en/actions.ts'
import { add } from './en/add.ts'
import { app } from './en/app.ts'
import { charts } from './en/charts.ts'
import { list } from './en/list.ts'
import { media } from './en/media.ts'
import { pages } from './en/pages.ts'
import { settings } from './en/settings.ts'
import { torrent } from './en/torrent.ts'

/** Every English text of the console. Texts with something in them are functions. */
export const en = { app, list, actions, add, pages, torrent, charts, media, settings }
