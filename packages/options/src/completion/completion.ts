import type { ProgramShape } from '../program-shape.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { zshCompletion } from './zsh.ts'

export const COMPLETION_SHELLS = ['bash', 'zsh', 'fish'] as const
export type CompletionShell = (typeof COMPLETION_SHELLS)[number]

const WRITERS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }

/** Returns the script that completes the program's command lines in this shell. */
export function completionScript(shell: CompletionShell, program: ProgramShape): string {
  return WRITERS[shell](program)
}
