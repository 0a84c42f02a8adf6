import { manualPage } from '@shoal/options'
import { VERSION } from '../base/version.ts'
import { NODE_OPTIONS } from './client/node-options.ts'
import type { CommandLine } from './command.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { programShape } from './shape.ts'
import { texts } from './texts.ts'

/** The manual page of `shoal`, as roff. */
export async function shoalManual(commands: CommandLine['commands']): Promise<string> {
  const shape = await programShape(commands)
  return manualPage(shape, {
    version: VERSION,
    common: { ...COMMON_OPTIONS, ...NODE_OPTIONS },
    texts: {
      ...texts.man.headings,
      usage: texts.man.usage,
      intro: [texts.help.intro, texts.help.more({ shoal: shape.name })],
      more: texts.help.exitCodes,
    },
  })
}
