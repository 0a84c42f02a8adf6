import { alone } from './alone.ts'
import { chat } from './chat.ts'
import { common } from './common.ts'
import { manage } from './manage.ts'
import { node } from './node.ts'
import ofCapabilities from './of-capabilities.ts'
import { torrents } from './torrents.ts'

/** The English catalog of the command line. The others have the same messages. */
export const en = {
  ...common,
  ...node,
  ...torrents,
  ...manage,
  ...chat,
  ...alone,
  ...ofCapabilities,
} as const
