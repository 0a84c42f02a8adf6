import type { Translation } from '@shoal/messages'
import type { en } from '../en/index.ts'
import { alone } from './alone.ts'
import { chat } from './chat.ts'
import { common } from './common.ts'
import { manage } from './manage.ts'
import { node } from './node.ts'
import ofCapabilities from './of-capabilities.ts'
import { torrents } from './torrents.ts'

export const de: Translation<typeof en> = {
  ...common,
  ...node,
  ...torrents,
  ...manage,
  ...chat,
  ...alone,
  ...ofCapabilities,
}
