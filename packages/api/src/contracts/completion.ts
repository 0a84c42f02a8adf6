import { z } from 'zod'
import { contract, setting } from '../contract.ts'
import { HostPath } from '../schemas/common.ts'
import { LOCAL_ONLY, SECRETS } from '../schemas/names.ts'

/** Placeholders, written in braces, in the arguments of the program that runs on completion. */
export const HOOK_PLACEHOLDERS = ['name', 'path', 'directory', 'id', 'label', 'bytes'] as const
const PLACEHOLDERS_TEXT = HOOK_PLACEHOLDERS.map(name => `{${name}}`).join(', ')

/** Returns the first unknown placeholder. `${NAME}` is ignored, since shells and scripts use it. */
function unknownPlaceholder(argument: string): string | undefined {
  const known: readonly string[] = HOOK_PLACEHOLDERS
  return [...argument.matchAll(/(?<!\$)\{([a-z][a-z_-]*)\}/gi)].find(
    ([, name]) => !known.includes(name!),
  )?.[0]
}

/** It may contain passwords. */
const HookArgument = z
  .string()
  .max(4096)
  .register(SECRETS, { isWhole: true })
  .refine(argument => unknownPlaceholder(argument) === undefined, {
    error: ({ input }) =>
      `${unknownPlaceholder(String(input))?.slice(0, 80)} is not a placeholder: use ${PLACEHOLDERS_TEXT}. To pass braces to the program, put spaces inside: { word }`,
  })

/** A program with its arguments. */
const Program = z.array(HookArgument).max(100).register(LOCAL_ONLY, { why: 'it runs on the machine' })

/** Actions on completed downloads: moving their files and running a program. */
export const COMPLETION = contract({
  name: 'completion',
  otherErrors: { 'hook-failed': 'the log' },
  settings: {
    downloads: {
      completeDirectory: setting(HostPath.nullable(), null, {
        title: 'Move when complete',
        description: 'Completed downloads are moved here, except those whose label has a folder.',
      }),
    },
    automation: {
      onComplete: setting(Program, [], {
        title: 'Run on completion',
        description:
          'A program and its arguments, run without a shell. {name}, {path}, {directory}, {id}, {label} and {bytes} are replaced. Can only be set on the node’s own machine, with its token or when it starts; a password is not enough.',
        example: ['/usr/bin/notify-send', 'Complete: {name}'],
      }),
    },
  },
})
