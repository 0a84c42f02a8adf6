import { z } from 'zod'
import { contract, setting } from '../contract.ts'
import { HostPath } from '../schemas/common.ts'

/** Names, between braces, that are filled in in the arguments of the program that runs on completion. */
export const HOOK_PLACEHOLDERS = ['name', 'path', 'directory', 'id', 'label', 'bytes'] as const
const PLACEHOLDERS_TEXT = HOOK_PLACEHOLDERS.map(name => `{${name}}`).join(', ')

/** `${NAME}` is a shell's or a script's own. */
function unknownPlaceholder(argument: string): string | undefined {
  const known: readonly string[] = HOOK_PLACEHOLDERS
  return [...argument.matchAll(/(?<!\$)\{([a-z][a-z_-]*)\}/gi)].find(
    ([, name]) => !known.includes(name!),
  )?.[0]
}

const HookArgument = z
  .string()
  .max(4096)
  .refine(argument => unknownPlaceholder(argument) === undefined, {
    error: ({ input }) =>
      `${unknownPlaceholder(String(input))?.slice(0, 80)} is nothing that is filled in: there are ${PLACEHOLDERS_TEXT}. Braces of the program's own have spaces inside: { word }`,
  })

/** What happens when a download is complete. */
export const COMPLETION = contract({
  name: 'completion',
  settings: {
    downloads: {
      completeDirectory: setting(HostPath.nullable(), null, {
        title: 'Move when complete',
        description: 'Finished downloads are moved here. Labels with a folder of their own keep theirs.',
      }),
    },
    automation: {
      onComplete: setting(z.array(HookArgument).max(100), [], {
        title: 'Run on completion',
        description:
          'A program and its arguments, one each: no shell. {name}, {path}, {directory}, {id}, {label} and {bytes} are filled in. Set on the node’s own machine only: by who has its token, or at the start; a password is not enough.',
        example: ['/usr/bin/notify-send', 'Complete: {name}'],
      }),
    },
  },
})
